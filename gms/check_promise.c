/* The properties' names, and which rung promises which: one row a rung.
 *
 * gms1 to gms3 promise what they do in their own model, where the group never parts and nothing is lost; a
 * fault beyond it shows as a violation, and that is what the demonstration is about. They say nothing of
 * quorum (7), of changes that die with a leader (12), of what only the dead had delivered (16), of blocking
 * (17), nor that crashed followers leave the view (25: the lecture's simplification).
 */
#include "gms/check_private.h"

#define LECTURE                                                                                              \
    (CHECK_ALL &                                                                                             \
     ~(CHECK_BIT(CHECK_QUORUM) | CHECK_BIT(CHECK_SELF_DELIVERY) | CHECK_BIT(CHECK_UNIFORM_AGREEMENT) |       \
       CHECK_BIT(CHECK_BLOCKED) | CHECK_BIT(CHECK_MEMBERSHIP_PRECISION)))
/* gms4 re-sends what is lost and drops the crashed from its view. */
#define UPPER      (LECTURE | CHECK_BIT(CHECK_SELF_DELIVERY) | CHECK_BIT(CHECK_MEMBERSHIP_PRECISION))
#define UNNUMBERED CHECK_BIT(CHECK_GAP_FREE)

/* `survivors_only`: 20 is judged among those that did not crash. */
static const struct {
    uint32_t promises;
    bool survivors_only;
} rungs[GMS_RUNGS] = {
    [GMS_RUNG_1] = {LECTURE & ~UNNUMBERED, true},
    [GMS_RUNG_2] = {LECTURE & ~UNNUMBERED, true},
    [GMS_RUNG_3] = {LECTURE, true},
    [GMS_RUNG_4_ACK] = {UPPER, true},
    [GMS_RUNG_4_NACK] = {UPPER, true},
    [GMS_RUNG_5] = {CHECK_ALL, false},
};

uint32_t check_promises(enum gms_rung_id rung) {
    return rung < GMS_RUNGS ? rungs[rung].promises : CHECK_ALL;
}

bool check_survivors_only(enum gms_rung_id rung) {
    return rung < GMS_RUNGS && rungs[rung].survivors_only;
}

const char *check_property_name(enum check_property property) {
    static const char *const names[CHECK_PROPERTIES] = {
        [CHECK_SELF_INCLUSION] = "self inclusion",
        [CHECK_LOCAL_MONOTONICITY] = "local monotonicity",
        [CHECK_INITIAL_VIEW] = "initial view",
        [CHECK_VIEW_AGREEMENT] = "view agreement",
        [CHECK_ONE_CHAIN] = "one chain",
        [CHECK_ONE_LEADER] = "one leader",
        [CHECK_QUORUM] = "quorum",
        [CHECK_SUCCESSORS] = "successors",
        [CHECK_INTEGRITY] = "integrity",
        [CHECK_NO_DUPLICATION] = "no duplication",
        [CHECK_SENDER_MEMBERSHIP] = "sender membership",
        [CHECK_SELF_DELIVERY] = "self delivery",
        [CHECK_SAME_VIEW_DELIVERY] = "same view delivery",
        [CHECK_VIRTUAL_SYNCHRONY] = "virtual synchrony",
        [CHECK_AGREEMENT] = "agreement",
        [CHECK_UNIFORM_AGREEMENT] = "uniform agreement",
        [CHECK_BLOCKED] = "blocked",
        [CHECK_FIFO] = "FIFO",
        [CHECK_CAUSAL] = "causal",
        [CHECK_TOTAL_ORDER] = "total order",
        [CHECK_GAP_FREE] = "gap-free",
        [CHECK_COLOR] = "colour",
        [CHECK_STATE_TRANSFER] = "state transfer",
        [CHECK_CONVERGENCE] = "convergence",
        [CHECK_MEMBERSHIP_PRECISION] = "membership precision",
        [CHECK_PROGRESS] = "progress",
    };
    return property < CHECK_PROPERTIES ? names[property] : NULL;
}
