/* A figure for a report: what is drawn, and how that fills a sheet as wide as a column.
 *
 * From top to bottom: a sentence on how the run stands, the picture, what its signs mean, and the caption
 * line. Nothing here opens a file. Sizes are those of the sheet (sheet.h). */
#ifndef APP_REPORT_FIGURE_H
#define APP_REPORT_FIGURE_H

#include "app/matrix.h"
#include "app/report/figure_run.h"
#include "app/scope/picture.h"
#include "app/ui/tile.h"

#define FIGURE_ONE_COLUMN_MM    85
#define FIGURE_TWO_COLUMNS_MM   175
#define FIGURE_DRAWING_LEAST_MM 80 /* of an architecture, and of layers */
#define FIGURE_MOMENTS_MAX      8
#define FIGURE_CAPTION_SIZE     512

enum figure_kind {
    FIGURE_TIMELINE,     /* the space-time diagram */
    FIGURE_MONTAGE,      /* the workers' windows side by side, at a moment or at several */
    FIGURE_STORY,        /* both: the diagram, and below it the windows at its end */
    FIGURE_VIEWS,        /* who was in which view, and when */
    FIGURE_TABLE,        /* every rung under every fault */
    FIGURE_ARCHITECTURE, /* request to the leader, ordered multicast to the followers */
    FIGURE_LAYERS,       /* of one node */
    FIGURE_KINDS
};

const char *figure_kind_name(enum figure_kind);
bool figure_kind_find(const char *name, enum figure_kind *);
bool figure_needs_run(enum figure_kind);

struct figure {
    enum figure_kind kind;
    const struct figure_run *run; /* of the first three kinds */
    const struct matrix *matrix;  /* of the table */
    float width_mm, height_mm;    /* height 0: as high as its content needs */
    char caption[FIGURE_CAPTION_SIZE];
    enum history_axis axis;
    bool has_from, has_to;
    gms_time from, to; /* of the run's clock, counted from its beginning */
    uint32_t moment_count;
    gms_time moments[FIGURE_MOMENTS_MAX]; /* of a montage; none: when it matters most, or at the end */
    struct fonts *fonts;                  /* texts are measured with */
};

/* Whether anything happens in its range that it would show. */
bool figure_has_events(const struct figure *);

/* The size of the sheet, in its units. False with one line in `error`: it can't be drawn so. */
bool figure_measure(const struct figure *, float *width, float *height, char *error, size_t error_size);

void figure_draw(struct canvas *, const struct figure *, float width, float height);

#endif
