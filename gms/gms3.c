/* gms3: number the messages, re-send the last one.
 *
 * MSG and VIEW carry numbers of one series. A follower keeps the number that it expects and a copy of the
 * last message that it took. A new leader re-sends that copy to all before it says VIEW: whoever has it
 * already sees an old number and ignores it. In the lecture's model that is enough: the leader sends in list
 * order, so what anybody has, the first follower has.
 *
 * Breaks: a lost message (the follower sees the gap, can't ask, and freezes); an asynchronous crash (the
 * first follower may have less than the second); a false suspicion or a partition (two leaders).
 *
 * Source: J. Montelius, "Groupy: a group membership service", gms3.
 */
#include "gms/rung.h"

enum gms_drop gms3_take(struct gms *g, const struct gms_message *m, struct gms_actions *out) {
    struct gms3_state *s = &g->gms3;
    if (g->gms1.phase == GMS_JOINING)
        s->expected = m->seq; /* the first view: the series starts here for us */
    if (m->seq < s->expected)
        return GMS_DROP_DUPLICATE;
    if (m->seq > s->expected) {
        become_frozen(g, m, s->expected, out);
        return GMS_DROP_GAP;
    }
    s->expected++;
    gms_forget(&s->last);
    gms_keep(&s->last, m);
    return gms1_take(g, m, out);
}

void gms3_broadcast(struct gms *g, struct gms_message *m, gms_id also, struct gms_actions *out) {
    m->seq = g->gms3.expected++;
    gms1_broadcast(g, m, also, out);
}

void gms3_lead(struct gms *g, struct gms_actions *out) {
    const struct gms_message kept = gms_kept(&g->gms3.last);
    const struct gms_message last = gms_lend(out, &kept);
    gms_do_send_all(out, g->gms1.view.members + 1, g->gms1.view.count - 1, &last);
    gms2_lead(g, out);
}

enum gms_drop gms3_start(struct gms *g, const struct gms_event *e, struct gms_actions *out) {
    g->gms3.expected = 1; /* 0 means: no number */
    return gms1_start(g, e, out);
}

const struct gms_rung gms3 = {
    .name = "gms3",
    .adds = "numbers the messages and re-sends the last one",
    .breaks = "a lost message: the follower freezes",
    .below = &gms2,

    .on_start = gms3_start,
    .on_timer = gms1_timer,
    .on_down = gms2_down,
    .on_suspect = gms2_down,
    .on_mcast = gms1_mcast,
    .on_leave = gms1_leave,

    .on_join_message = gms1_join_message,
    .on_request_message = gms1_request_message,
    .on_leave_message = gms1_leave_message,
    .on_ordered_message = gms2_ordered_message,
    .on_upper_message = gms_no_upper_message,
    .on_snapshot = gms_no_snapshot,
    .beacons = GMS_BEACONS_FROM_LEADER,

    .take = gms3_take,
    .broadcast = gms3_broadcast,
    .elect = gms2_elect,
    .lead = gms3_lead,
};
