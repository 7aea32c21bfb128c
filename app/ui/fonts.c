/* Two bounded caches around SDL_ttf, least recently used out first.
 *
 * Kerning is off: the advances then add up to the width, whatever SDL_ttf was built with.
 */
#include "app/ui/fonts.h"

#include <SDL.h>
#include <SDL_ttf.h>
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FONTS_MAX    24         /* a window uses about eight, the scope some more */
#define STRINGS_MAX  512        /* a window uses some forty, a full scope some hundreds */
#define STRINGS_SIZE (4u << 20) /* bytes of all of them together, if there is more than one */
#define MEASURE_SIZE 256        /* advances are integers: at this size they err by a 500th of an em */
#define TABLE_SIZE   0x180      /* Latin-1 and Latin Extended-A */
#define REPLACEMENT  '?'
#define LARGEST_SIZE 600.0f

struct font {
    TTF_Font *ttf; /* NULL: free */
    enum canvas_weight weight;
    int size;
    unsigned used;
};

struct string {
    SDL_Surface *surface; /* NULL: free */
    char text[CANVAS_TEXT_MAX];
    enum canvas_weight weight;
    int size;
    struct canvas_color color;
    int ascent;
};

struct fonts {
    char path[2][512];
    TTF_Font *measure[2];
    float advance[2][TABLE_SIZE]; /* in ems */
    struct font fonts[FONTS_MAX];
    struct string strings[STRINGS_MAX];
    uint32_t hashes[STRINGS_MAX]; /* what is searched is kept together */
    unsigned used[STRINGS_MAX];   /* 0: free */
    size_t strings_size;
    unsigned clock; /* counts uses */
};

static float advance_of(TTF_Font *font, uint32_t character) {
    int advance = 0;
    if (!TTF_GlyphIsProvided32(font, character))
        character = REPLACEMENT;
    TTF_GlyphMetrics32(font, character, NULL, NULL, NULL, NULL, &advance);
    return (float)advance / MEASURE_SIZE;
}

struct fonts *fonts_open(const char *dir, char *error, size_t error_size) {
    static const char *const names[2] = {"B612-Regular.otf", "B612-Bold.otf"};
    if (TTF_Init() != 0) {
        snprintf(error, error_size, "SDL_ttf does not start: %s", TTF_GetError());
        return NULL;
    }
    struct fonts *fonts = calloc(1, sizeof *fonts);
    if (fonts == NULL) {
        snprintf(error, error_size, "out of memory");
        TTF_Quit();
        return NULL;
    }
    for (int w = 0; w < 2; w++) {
        snprintf(fonts->path[w], sizeof fonts->path[w], "%s/%s", dir, names[w]);
        fonts->measure[w] = TTF_OpenFont(fonts->path[w], MEASURE_SIZE);
        if (fonts->measure[w] == NULL) {
            snprintf(error, error_size, "no font %s: install Groupy's assets folder, or run from the build",
                     fonts->path[w]);
            fonts_close(&fonts);
            return NULL;
        }
        TTF_SetFontHinting(fonts->measure[w], TTF_HINTING_NONE);
        for (uint32_t ch = ' '; ch < TABLE_SIZE; ch++)
            fonts->advance[w][ch] = advance_of(fonts->measure[w], ch);
    }
    return fonts;
}

void fonts_close(struct fonts **self) {
    struct fonts *fonts = *self;
    if (fonts == NULL)
        return;
    for (int i = 0; i < STRINGS_MAX; i++)
        SDL_FreeSurface(fonts->strings[i].surface);
    for (int i = 0; i < FONTS_MAX; i++)
        if (fonts->fonts[i].ttf != NULL)
            TTF_CloseFont(fonts->fonts[i].ttf);
    for (int w = 0; w < 2; w++)
        if (fonts->measure[w] != NULL)
            TTF_CloseFont(fonts->measure[w]);
    free(fonts);
    *self = NULL;
    TTF_Quit();
}

const char *fonts_path(const struct fonts *fonts, enum canvas_weight weight) {
    return fonts->path[weight];
}

/* The next character of UTF-8; a byte that makes no sense counts as one character. */
static uint32_t next_character(const unsigned char **text) {
    const unsigned char *s = *text;
    int more = s[0] < 0xc0 ? 0 : s[0] < 0xe0 ? 1 : s[0] < 0xf0 ? 2 : 3;
    uint32_t character = more == 0 ? s[0] : s[0] & (0x3fu >> more);
    *text = ++s;
    for (; more > 0 && (*s & 0xc0) == 0x80; more--, *text = ++s)
        character = character << 6 | (*s & 0x3fu);
    return character;
}

float fonts_width(struct fonts *fonts, const char *text, float size, enum canvas_weight weight) {
    float ems = 0;
    for (const unsigned char *s = (const unsigned char *)text; *s != '\0';) {
        uint32_t ch = next_character(&s);
        ems += ch < TABLE_SIZE ? fonts->advance[weight][ch] : advance_of(fonts->measure[weight], ch);
    }
    return ems * size;
}

static TTF_Font *font_at(struct fonts *fonts, int size, enum canvas_weight weight) {
    struct font *oldest = &fonts->fonts[0];
    for (int i = 0; i < FONTS_MAX; i++) {
        struct font *f = &fonts->fonts[i];
        if (f->ttf != NULL && f->size == size && f->weight == weight) {
            f->used = ++fonts->clock;
            return f->ttf;
        }
        if (f->used < oldest->used)
            oldest = f;
    }
    if (oldest->ttf != NULL)
        TTF_CloseFont(oldest->ttf);
    oldest->ttf = TTF_OpenFont(fonts->path[weight], size);
    if (oldest->ttf == NULL) {
        oldest->used = 0;
        return NULL;
    }
    TTF_SetFontHinting(oldest->ttf, TTF_HINTING_LIGHT);
    TTF_SetFontKerning(oldest->ttf, 0);
    oldest->size = size;
    oldest->weight = weight;
    oldest->used = ++fonts->clock;
    return oldest->ttf;
}

static bool same(const struct string *s, const char *text, int size, enum canvas_weight weight,
                 struct canvas_color color) {
    return s->surface != NULL && s->size == size && s->weight == weight && s->color.r == color.r &&
           s->color.g == color.g && s->color.b == color.b && s->color.a == color.a &&
           strcmp(s->text, text) == 0;
}

static uint32_t hash_of(const char *text, int size, enum canvas_weight weight, struct canvas_color color) {
    uint32_t hash = 2166136261u ^ (uint32_t)size << 16 ^ (uint32_t)weight << 30;
    hash ^= (uint32_t)color.r << 8 ^ (uint32_t)color.g << 4 ^ color.b ^ (uint32_t)color.a << 24;
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619u;
    return hash;
}

static size_t size_of(const SDL_Surface *surface) {
    return (size_t)surface->pitch * (size_t)surface->h;
}

static void drop(struct fonts *fonts, int i) {
    fonts->strings_size -= size_of(fonts->strings[i].surface);
    SDL_FreeSurface(fonts->strings[i].surface);
    fonts->strings[i].surface = NULL;
    fonts->used[i] = 0;
}

static int least_used(const struct fonts *fonts, bool free_too) {
    int least = -1;
    for (int i = 0; i < STRINGS_MAX; i++)
        if ((free_too || fonts->used[i] > 0) && (least < 0 || fonts->used[i] < fonts->used[least]))
            least = i;
    return least;
}

/* A free place for a string of `size_bytes`. */
static int place_for(struct fonts *fonts, size_t size_bytes) {
    while (fonts->strings_size > 0 && fonts->strings_size + size_bytes > STRINGS_SIZE)
        drop(fonts, least_used(fonts, false));
    const int place = least_used(fonts, true);
    if (fonts->used[place] > 0)
        drop(fonts, place);
    return place;
}

SDL_Surface *fonts_render(struct fonts *fonts, const char *text, float wanted, enum canvas_weight weight,
                          struct canvas_color color, int *ascent) {
    const int size = (int)fminf(fmaxf(wanted, 1), LARGEST_SIZE);
    const uint32_t hash = hash_of(text, size, weight, color);
    for (int i = 0; i < STRINGS_MAX; i++)
        if (fonts->hashes[i] == hash && same(&fonts->strings[i], text, size, weight, color)) {
            fonts->used[i] = ++fonts->clock;
            *ascent = fonts->strings[i].ascent;
            return fonts->strings[i].surface;
        }
    TTF_Font *font = font_at(fonts, size, weight);
    if (font == NULL)
        return NULL;
    SDL_Surface *surface =
        TTF_RenderUTF8_Blended(font, text, (SDL_Color){color.r, color.g, color.b, color.a});
    if (surface == NULL)
        return NULL;
    const int place = place_for(fonts, size_of(surface));
    struct string *s = &fonts->strings[place];
    *s = (struct string){.surface = surface, .weight = weight, .size = size, .color = color};
    snprintf(s->text, sizeof s->text, "%s", text);
    fonts->hashes[place] = hash;
    fonts->used[place] = ++fonts->clock;
    fonts->strings_size += size_of(surface);
    *ascent = s->ascent = TTF_FontAscent(font);
    return surface;
}
