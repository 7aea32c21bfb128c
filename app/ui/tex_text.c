/* Everything but letters, digits and harmless signs is spelled out, as a command of the LaTeX kernel or in
 * \ensuremath, so that no font encoding and no engine lacks it. Accented letters stay UTF-8, which LaTeX
 * reads since 2018; the few that its first font encoding can't make lose their accent.
 */
#include "app/ui/tex_text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Also the beginnings of ligatures: an empty group after them keeps -- and << apart. */
static const char *const ascii[128] = {
    ['#'] = "\\#",
    ['$'] = "{\\char36}",
    ['%'] = "\\%",
    ['&'] = "\\&",
    ['_'] = "\\_",
    ['{'] = "\\{",
    ['}'] = "\\}",
    ['\\'] = "{\\textbackslash}",
    ['~'] = "{\\textasciitilde}",
    ['^'] = "{\\textasciicircum}",
    ['<'] = "\\ensuremath{<}",
    ['>'] = "\\ensuremath{>}",
    ['|'] = "\\ensuremath{|}",
    ['"'] = "{\\textquotedblright}",
    ['`'] = "{\\textquoteleft}",
    ['\''] = "{\\textquoteright}",
    ['-'] = "-{}",
    [','] = ",{}",
    ['?'] = "?{}",
    ['!'] = "!{}",
};

struct spelling {
    uint32_t character;
    const char *as;
};

static const struct spelling signs[] = {
    {0x00a0, "~"},
    {0x00a7, "\\ensuremath{\\mathsection}"},
    {0x00b0, "\\ensuremath{^\\circ}"},
    {0x00b1, "\\ensuremath{\\pm}"},
    {0x00b5, "\\ensuremath{\\mu}"},
    {0x00b7, "\\ensuremath{\\cdot}"},
    {0x00d7, "\\ensuremath{\\times}"},
    {0x00f7, "\\ensuremath{\\div}"},
    {0x00d0, "D"},
    {0x00de, "Th"},
    {0x00f0, "d"},
    {0x00fe, "th"},
    {0x0104, "A"},
    {0x0105, "a"},
    {0x0110, "D"},
    {0x0111, "d"},
    {0x0118, "E"},
    {0x0119, "e"},
    {0x0126, "H"},
    {0x0127, "h"},
    {0x012e, "I"},
    {0x012f, "i"},
    {0x0132, "IJ"},
    {0x0133, "ij"},
    {0x0138, "k"},
    {0x013f, "L"},
    {0x0140, "l"},
    {0x0149, "'n"},
    {0x014a, "N"},
    {0x014b, "n"},
    {0x0166, "T"},
    {0x0167, "t"},
    {0x0172, "U"},
    {0x0173, "u"},
    {0x017f, "s"},
    {0x2013, "{\\textendash}"},
    {0x2014, "{\\textemdash}"},
    {0x2018, "{\\textquoteleft}"},
    {0x2019, "{\\textquoteright}"},
    {0x201c, "{\\textquotedblleft}"},
    {0x201d, "{\\textquotedblright}"},
    {0x2022, "\\ensuremath{\\bullet}"},
    {0x2026, ".{}.{}."},
    {0x2190, "\\ensuremath{\\leftarrow}"},
    {0x2191, "\\ensuremath{\\uparrow}"},
    {0x2192, "\\ensuremath{\\rightarrow}"},
    {0x2193, "\\ensuremath{\\downarrow}"},
    {0x2194, "\\ensuremath{\\leftrightarrow}"},
    {0x2208, "\\ensuremath{\\in}"},
    {0x2212, "\\ensuremath{-}"},
    {0x221e, "\\ensuremath{\\infty}"},
    {0x2227, "\\ensuremath{\\wedge}"},
    {0x2248, "\\ensuremath{\\approx}"},
    {0x2260, "\\ensuremath{\\neq}"},
    {0x2264, "\\ensuremath{\\leq}"},
    {0x2265, "\\ensuremath{\\geq}"},
    {0x2713, "\\ensuremath{\\surd}"},
    {0x2717, "\\ensuremath{\\times}"},
};

static const char *sign(uint32_t character) {
    for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++)
        if (signs[i].character == character)
            return signs[i].as;
    return NULL;
}

/* The next character of valid UTF-8; what is not valid counts as one that has no counterpart. */
static uint32_t next(const char **text) {
    const unsigned char *s = (const unsigned char *)*text;
    const int more = s[0] < 0x80 ? 0 : s[0] < 0xc0 ? -1 : s[0] < 0xe0 ? 1 : s[0] < 0xf0 ? 2 : 3;
    uint32_t character = more <= 0 ? s[0] : s[0] & (0x3fu >> more);
    int i = 1;
    for (; i <= more && (s[i] & 0xc0) == 0x80; i++)
        character = character << 6 | (s[i] & 0x3fu);
    *text += i;
    return more < 0 || i <= more ? UINT32_MAX : character;
}

static bool is_accented(uint32_t character) {
    return character >= 0x00c0 && character <= 0x017f;
}

void tex_text_write(FILE *file, const char *text) {
    bool is_first = true;
    while (*text != '\0') {
        const char *from = text;
        const uint32_t character = next(&text);
        const char *as = character < 128 ? ascii[character] : sign(character);
        if (character == ' ') /* LaTeX drops one at either end, and the second of two */
            fputs(is_first || *text == '\0' || *text == ' ' ? "\\ " : " ", file);
        else if (as != NULL)
            fputs(as, file);
        else if (character > ' ' && character < 127)
            fputc((int)character, file);
        else if (is_accented(character))
            fwrite(from, 1, (size_t)(text - from), file);
        else
            fputs("?{}", file);
        is_first = false;
    }
}
