/* A sheet of paper of a known size, as a file: SVG, PDF, PNG or TikZ, by the ending of its name.
 *
 * All is drawn in units of half a point, so that a text of 12 units is 6 pt high, the least that a report may
 * have; the size of a unit on paper is the same in every kind of file. */
#ifndef APP_REPORT_SHEET_H
#define APP_REPORT_SHEET_H

#include "app/ui/canvas.h"
#include "app/ui/fonts.h"

#include <stdbool.h>
#include <stddef.h>

#define SHEET_LEGIBLE 12.0f /* units: 6 pt */
#define SHEET_DPI     300.0f

enum sheet_kind { SHEET_SVG, SHEET_PDF, SHEET_PNG, SHEET_TEX, SHEET_KINDS };

struct sheet {
    float width, height; /* units */
    bool grey;
    const char *title; /* a line, for what the file says of itself */
    struct fonts *fonts;
    void (*draw)(struct canvas *, void *arg);
    void *arg;
};

float sheet_units(float mm);
float sheet_mm(float units);

const char *sheet_ending(enum sheet_kind); /* ".svg" */
const char *sheet_endings(void);           /* all of them, for people */
bool sheet_kind_of(const char *path, enum sheet_kind *);

/* Writes it, whole or not at all, over what is there. False with one line in `error`, which names the file.
 */
bool sheet_save(const struct sheet *, const char *path, char *error, size_t error_size);

/* A canvas that draws nothing and measures texts. */
struct sheet_ruler {
    struct canvas canvas; /* first: a pointer to it is a pointer to this */
    struct fonts *fonts;
};
void sheet_ruler_init(struct sheet_ruler *, struct fonts *);

#endif
