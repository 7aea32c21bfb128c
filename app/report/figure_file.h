/* Figures as files: what a figure is made of is found or simulated here, and the caption says how.
 */
#ifndef APP_REPORT_FIGURE_FILE_H
#define APP_REPORT_FIGURE_FILE_H

#include "app/report/figure.h"

enum figure_axis { FIGURE_AXIS_USUAL, FIGURE_AXIS_STEPS, FIGURE_AXIS_TIME }; /* usual: the kind's */

/* What somebody asked for. Zero and NULL: not said. */
struct figure_asked {
    enum figure_kind kind;
    const char *const *paths; /* traces; none: the scenario is simulated */
    int path_count;
    const char *scenario; /* a name or a file */
    const char *rung;
    uint64_t members, seed;
    const char *matrix; /* a file; NULL: searched */
    uint64_t width_mm, height_mm;
    enum figure_axis axis;
    bool grey, acknowledgements;
    const char *caption; /* "none", or a text; NULL: how it was made */
    bool has_from, has_to;
    uint64_t from_ms, to_ms;
    uint32_t at_count;
    uint64_t at_ms[FIGURE_MOMENTS_MAX];
};

struct figure_made {
    struct figure figure;
    struct figure_run *run;
    struct matrix *matrix;
    bool grey;
    char title[160];
    char failed[512]; /* of what the scenario expects, what did not hold; "" if all did */
};

enum figure_outcome { FIGURE_MADE, FIGURE_BAD_REQUEST, FIGURE_CANT };

/* Finds or simulates what the figure is of. One line in `error` unless it is made. `assets` has the
 * scenarios. */
enum figure_outcome figure_make(struct figure_made *, const struct figure_asked *, const char *assets,
                                struct fonts *, char *error, size_t error_size);
void figure_unmake(struct figure_made *);

/* Writes it, in the kind of file that the name ends in. */
enum figure_outcome figure_save(const struct figure_made *, const char *path, char *error, size_t error_size);

#endif
