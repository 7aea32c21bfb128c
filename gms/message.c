/* What a peer may say: the shape of each message type, checked before any rung sees it. */
#include "gms/message.h"

static bool names_itself_twice(const struct gms_message *m) {
    for (uint32_t i = 0; i < m->member_count; i++) {
        if (m->members[i] == GMS_NOBODY)
            return true;
        for (uint32_t j = 0; j < i; j++) {
            if (m->members[i] == m->members[j])
                return true;
        }
    }
    return false;
}

enum gms_drop gms_message_check(const struct gms_message *m) {
    switch (m->type) {
    case GMS_JOIN:
    case GMS_LEAVE: return m->origin == GMS_NOBODY ? GMS_DROP_MALFORMED : GMS_USED;
    case GMS_VIEW:
        if (m->member_count > GMS_MEMBERS_MAX)
            return GMS_DROP_TOO_LARGE;
        if (m->member_count == 0 || m->view == 0 || names_itself_twice(m))
            return GMS_DROP_MALFORMED;
        return GMS_USED;
    case GMS_REQUEST:
    case GMS_MSG:
        if (m->body_size > GMS_BODY_SIZE_MAX)
            return GMS_DROP_TOO_LARGE;
        return m->origin == GMS_NOBODY || m->n == 0 ? GMS_DROP_MALFORMED : GMS_USED;
    case GMS_TYPES: break;
    }
    return GMS_DROP_MALFORMED;
}

const char *gms_type_name(enum gms_type type) {
    static const char *const names[GMS_TYPES] = {
        [GMS_JOIN] = "JOIN", [GMS_VIEW] = "VIEW",   [GMS_REQUEST] = "REQUEST",
        [GMS_MSG] = "MSG",   [GMS_LEAVE] = "LEAVE",
    };
    return type < GMS_TYPES && names[type] ? names[type] : "?";
}

const char *gms_drop_text(enum gms_drop why) {
    static const char *const texts[GMS_DROPS] = {
        [GMS_USED] = "used",
        [GMS_HELD] = "held back",
        [GMS_DROP_NOT_JOINED] = "not a member yet",
        [GMS_DROP_NOT_LEADER] = "not the leader",
        [GMS_DROP_NOT_MEMBER] = "not from a member",
        [GMS_DROP_NOT_ORIGIN] = "not from its origin",
        [GMS_DROP_STALE_LEADER] = "stale leader",
        [GMS_DROP_DUPLICATE] = "duplicate",
        [GMS_DROP_GAP] = "gap before it",
        [GMS_DROP_FROZEN] = "frozen",
        [GMS_DROP_LEAVING] = "leaving",
        [GMS_DROP_LEFT] = "left",
        [GMS_DROP_FAILED] = "failed to join",
        [GMS_DROP_DEPARTED] = "this id has left before",
        [GMS_DROP_GROUP_FULL] = "the group is full",
        [GMS_DROP_HOLD_FULL] = "too many messages held back",
        [GMS_DROP_TOO_LARGE] = "too large",
        [GMS_DROP_MALFORMED] = "malformed",
        [GMS_DROP_OUT_OF_PLACE] = "out of place",
    };
    return why < GMS_DROPS && texts[why] ? texts[why] : "?";
}
