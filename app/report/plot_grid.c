/* See plot_grid.h. */
#include "app/report/plot_grid.h"

#include <inttypes.h>
#include <string.h>

const struct plot_dimension_look plot_dimension_looks[PLOT_DIMENSIONS] = {
    [PLOT_BY_LOSS] = {"loss_percent", "messages lost, %", "loss", "% lost"},
    [PLOT_BY_MEMBERS] = {"members", "members", "members", " members"},
    [PLOT_BY_SIZE] = {"size_bytes", "bytes of a body", "size", "-byte bodies"},
};

static uint32_t value_of(const struct bench_cell *c, enum plot_dimension dimension) {
    switch (dimension) {
    case PLOT_BY_LOSS: return c->loss_percent;
    case PLOT_BY_MEMBERS: return c->members;
    case PLOT_BY_SIZE: return c->size_bytes;
    case PLOT_DIMENSIONS: break;
    }
    return 0;
}

/* -- Which cells ----------------------------------------------------------------------------------------- */

/* A rung that promises less does not survive every crash; then the figures are of those that it did, and the
 * picture says how many it did not. */
static bool is_measured(const struct bench_cell *c) {
    return c->verdict == BENCH_FINE ||
           (c->verdict == BENCH_LOST && c->event != BENCH_JOIN && c->figure[BENCH_BROKEN].known);
}

static const struct bench_cell *cell_at(const struct plot_grid *g, size_t i) {
    const struct bench_cell *c = &g->report->cell[i];
    const bool is_wanted = g->only == PLOT_DIMENSIONS || value_of(c, g->only) == g->value;
    return c->kind == g->kind && c->event == g->event && is_measured(c) && is_wanted ? c : NULL;
}

static void find_what_varies(struct plot_grid *g) {
    g->first = NULL;
    g->axis = PLOT_DIMENSIONS;
    memset(g->varies, 0, sizeof g->varies);
    for (size_t i = 0; i < g->report->count; i++) {
        const struct bench_cell *c = cell_at(g, i);
        if (c == NULL)
            continue;
        if (g->first == NULL)
            g->first = c;
        for (int k = 0; k < PLOT_DIMENSIONS; k++)
            g->varies[k] |= value_of(c, (enum plot_dimension)k) != value_of(g->first, (enum plot_dimension)k);
    }
    for (int k = PLOT_DIMENSIONS - 1; k >= 0; k--)
        if (g->varies[k])
            g->axis = (enum plot_dimension)k;
}

bool plot_grid_look(struct plot_grid *g, const struct bench_report *report, enum bench_kind kind,
                    enum bench_event_kind event) {
    *g = (struct plot_grid){.report = report, .kind = kind, .event = event, .only = PLOT_DIMENSIONS};
    find_what_varies(g);
    return g->first != NULL;
}

struct plot_grid plot_grid_slice(const struct plot_grid *whole, uint32_t value) {
    struct plot_grid g = *whole;
    g.only = whole->axis;
    g.value = value;
    find_what_varies(&g);
    g.axis = PLOT_DIMENSIONS;
    return g;
}

static bool is_twin(const struct bench_cell *a, const struct bench_cell *b) {
    char one[PLOT_LABEL_SIZE], other[PLOT_LABEL_SIZE];
    bench_subject_text(&a->subject, one, sizeof one);
    bench_subject_text(&b->subject, other, sizeof other);
    for (int k = 0; k < PLOT_DIMENSIONS; k++)
        if (value_of(a, (enum plot_dimension)k) != value_of(b, (enum plot_dimension)k))
            return false;
    return strcmp(one, other) == 0;
}

/* The ceiling is measured beside each rung: of those twins only the one in the middle is drawn. */
const struct bench_cell *plot_grid_at(const struct plot_grid *g, size_t i, enum bench_metric metric) {
    const struct bench_cell *c = cell_at(g, i);
    size_t below = 0, twins = 0;
    if (c == NULL || !c->figure[metric].known)
        return NULL;
    for (size_t k = 0; k < g->report->count; k++) {
        const struct bench_cell *other = cell_at(g, k);
        if (other == NULL || !other->figure[metric].known || !is_twin(c, other))
            continue;
        const double own = c->figure[metric].median, theirs = other->figure[metric].median;
        twins++;
        below += theirs < own || (theirs <= own && k < i);
    }
    return below == (twins - 1) / 2 ? c : NULL;
}

bool plot_grid_is_at(const struct plot_grid *g, const struct bench_cell *c, unsigned value) {
    return g->axis == PLOT_DIMENSIONS ? value == 0 : value_of(c, g->axis) == value;
}

int plot_grid_values(const struct plot_grid *g, unsigned values[PLOT_TICS_MAX]) {
    int count = 0;
    for (size_t i = 0; i < g->report->count; i++) {
        const struct bench_cell *c = cell_at(g, i);
        const uint32_t value = c != NULL ? value_of(c, g->axis) : 0;
        int at = 0;
        while (at < count && values[at] < value)
            at++;
        if (c == NULL || count == PLOT_TICS_MAX || (at < count && values[at] == value))
            continue;
        memmove(values + at + 1, values + at, (size_t)(count - at) * sizeof *values);
        values[at] = value;
        count++;
    }
    return count;
}

/* -- Words ----------------------------------------------------------------------------------------------- */

void plot_grid_detail(const struct plot_grid *g, const struct bench_cell *c, char detail[PLOT_LABEL_SIZE]) {
    size_t used = 0;
    detail[0] = '\0';
    for (int k = 0; k < PLOT_DIMENSIONS; k++)
        if (g->varies[k] && k != (int)g->axis)
            used += (size_t)snprintf(detail + used, PLOT_LABEL_SIZE - used, "%s%" PRIu32 "%s",
                                     used > 0 ? "; " : "", value_of(c, (enum plot_dimension)k),
                                     plot_dimension_looks[k].unit);
}

void plot_grid_name(const struct plot_grid *g, const struct bench_cell *c, char name[PLOT_LABEL_SIZE]) {
    char subject[32], detail[PLOT_LABEL_SIZE];
    bench_subject_text(&c->subject, subject, sizeof subject);
    plot_grid_detail(g, c, detail);
    if (detail[0] == '\0')
        snprintf(name, PLOT_LABEL_SIZE, "%s", subject);
    else
        snprintf(name, PLOT_LABEL_SIZE, "%s (%.60s)", subject, detail);
}

void plot_grid_title(const struct plot_grid *g, const char *what, bool at_rate, const char *spread,
                     char title[PLOT_TITLE_SIZE]) {
    size_t used = (size_t)snprintf(title, PLOT_TITLE_SIZE, "%s", what);
    const char *before = "\n";
    for (int k = PLOT_DIMENSIONS - 1; k >= 0; k--) {
        const uint32_t value = value_of(g->first, (enum plot_dimension)k);
        if (g->varies[k] || (k == PLOT_BY_LOSS && value == 0))
            continue;
        used += (size_t)snprintf(title + used, PLOT_TITLE_SIZE - used, "%s%" PRIu32 "%s", before, value,
                                 plot_dimension_looks[k].unit);
        before = ", ";
    }
    if (at_rate && g->first->rate > 0)
        used += (size_t)snprintf(title + used, PLOT_TITLE_SIZE - used, "%s%" PRIu32 " messages/s", before,
                                 g->first->rate);
    snprintf(title + used, PLOT_TITLE_SIZE - used, "%s%s of %" PRIu32, used == strlen(what) ? "\n" : "; ",
             spread, g->first->repeats);
}
