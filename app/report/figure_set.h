/* The figures that a report has: what `groupy figures` makes, from small scenarios of their own
 * (assets/figures). */
#ifndef APP_REPORT_FIGURE_SET_H
#define APP_REPORT_FIGURE_SET_H

#include "app/report/figure_file.h"

struct figure_recipe {
    const char *name; /* of its files */
    enum figure_kind kind;
    const char *scenario;    /* NULL: of no run */
    uint64_t from_ms, to_ms; /* 0: not said */
    uint64_t at_ms[2];       /* 0: none */
    bool acknowledgements;
};

size_t figure_set_count(void);
const struct figure_recipe *figure_set_at(size_t index); /* in the order in which a report has them */

/* The recipe asked for, two columns wide; the rest is not said. */
struct figure_asked figure_set_asked(const struct figure_recipe *);

#endif
