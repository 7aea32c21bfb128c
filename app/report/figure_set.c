/* Times are the run's: before `from` each scenario lets the colours go apart from black, and from one
 * another. */
#include "app/report/figure_set.h"

static const struct figure_recipe recipes[] = {
    {"architecture", FIGURE_ARCHITECTURE, NULL, 0, 0, {0}, false},
    {"layers", FIGURE_LAYERS, NULL, 0, 0, {0}, false},
    {"gms1-in-sync", FIGURE_TIMELINE, "figure-gms1-in-sync", 900, 0, {0}, false},
    {"gms2-crash", FIGURE_TIMELINE, "figure-gms2-crash", 900, 0, {0}, false},
    {"gms2-crash-windows", FIGURE_MONTAGE, "figure-gms2-crash", 0, 0, {1000, 1500}, false},
    {"gms2-crash-story", FIGURE_STORY, "figure-gms2-crash", 900, 0, {0}, false},
    {"gms3-crash", FIGURE_TIMELINE, "figure-gms3-crash", 900, 0, {0}, false},
    {"gms3-crash-windows", FIGURE_MONTAGE, "figure-gms3-crash", 0, 0, {1000, 1500}, false},
    {"gms3-crash-story", FIGURE_STORY, "figure-gms3-crash", 900, 0, {0}, false},
    {"gms3-loss", FIGURE_TIMELINE, "figure-gms3-loss", 900, 0, {0}, false},
    {"gms3-loss-windows", FIGURE_MONTAGE, "figure-gms3-loss", 0, 0, {1500, 0}, false},
    {"gms4-ack-loss", FIGURE_TIMELINE, "figure-gms4-ack-loss", 900, 0, {0}, true},
    {"gms4-nack-loss", FIGURE_TIMELINE, "figure-gms4-nack-loss", 900, 0, {0}, false},
    {"gms3-join", FIGURE_TIMELINE, "figure-gms3-join", 1100, 0, {0}, false},
    {"gms3-suspicion", FIGURE_TIMELINE, "figure-gms3-suspicion", 900, 0, {0}, false},
    {"gms5-suspicion", FIGURE_TIMELINE, "figure-gms5-suspicion", 900, 0, {0}, false},
    {"gms3-partition", FIGURE_TIMELINE, "figure-gms3-partition", 900, 0, {0}, false},
    {"gms5-partition", FIGURE_TIMELINE, "figure-gms5-partition", 900, 2400, {0}, false},
    {"gms5-partition-windows", FIGURE_MONTAGE, "figure-gms5-partition", 0, 0, {2400, 4300}, false},
    {"gms5-partition-views", FIGURE_VIEWS, "figure-gms5-partition", 900, 0, {0}, false},
    {"rungs-and-faults", FIGURE_TABLE, NULL, 0, 0, {0}, false},
};

size_t figure_set_count(void) {
    return sizeof recipes / sizeof recipes[0];
}

const struct figure_recipe *figure_set_at(size_t index) {
    return &recipes[index];
}

struct figure_asked figure_set_asked(const struct figure_recipe *r) {
    struct figure_asked a = {.kind = r->kind,
                             .scenario = r->scenario,
                             .width_mm = FIGURE_TWO_COLUMNS_MM,
                             .acknowledgements = r->acknowledgements,
                             .has_from = r->from_ms > 0,
                             .has_to = r->to_ms > 0,
                             .from_ms = r->from_ms,
                             .to_ms = r->to_ms};
    for (size_t i = 0; i < sizeof r->at_ms / sizeof r->at_ms[0] && r->at_ms[i] > 0; i++)
        a.at_ms[a.at_count++] = r->at_ms[i];
    return a;
}
