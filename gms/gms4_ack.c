/* gms4-ack */
#include "gms/rung.h"

const struct gms_rung gms4_ack = {
    .name = "gms4-ack",
    .adds = "numbers the messages and re-sends the last one",
    .breaks = "a lost message: the follower freezes",
    .below = &gms3,

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
