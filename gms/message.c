/* What a peer may say: the shape of each message type, checked before any rung sees it. */
#include "gms/message.h"

#define PLACES (2 * GMS_MEMBERS_MAX)

static bool names_somebody_twice(const struct gms_message *m) {
    gms_id seen[PLACES] = {GMS_NOBODY};
    for (uint32_t i = 0; i < m->member_count; i++) {
        const gms_id id = m->members[i];
        uint64_t at = (id ^ id >> 32) % PLACES;
        while (seen[at] != GMS_NOBODY && seen[at] != id)
            at = (at + 1) % PLACES;
        if (id == GMS_NOBODY || seen[at] == id)
            return true;
        seen[at] = id;
    }
    return false;
}

static enum gms_drop check_members(const struct gms_message *m) {
    if (m->member_count > GMS_MEMBERS_MAX)
        return GMS_DROP_TOO_LARGE;
    return m->member_count == 0 || names_somebody_twice(m) ? GMS_DROP_MALFORMED : GMS_USED;
}

static enum gms_drop check_proposal(const struct gms_message *m, bool carries_one) {
    if (m->view == 0 || m->ballot == 0 || m->ballot >> 48 != 0 || m->accepted > m->ballot)
        return GMS_DROP_MALFORMED;
    if (!carries_one)
        return m->member_count != 0 ? GMS_DROP_MALFORMED : GMS_USED;
    return check_members(m);
}

static bool beyond_limits(const struct gms_message *m) {
    return m->view > GMS_VIEW_MAX || m->seq > GMS_NUMBER_MAX || m->n > GMS_NUMBER_MAX ||
           m->last > GMS_NUMBER_MAX || m->committed > GMS_NUMBER_MAX || m->stable > GMS_NUMBER_MAX;
}

enum gms_drop gms_message_check(const struct gms_message *m) {
    if (beyond_limits(m))
        return GMS_DROP_MALFORMED;
    switch (m->type) {
    case GMS_JOIN:
    case GMS_LEAVE: return m->origin == GMS_NOBODY ? GMS_DROP_MALFORMED : GMS_USED;
    case GMS_VIEW: return m->view == 0 ? GMS_DROP_MALFORMED : check_members(m);
    case GMS_REQUEST:
    case GMS_MSG:
        if (m->body_size > GMS_BODY_SIZE_MAX)
            return GMS_DROP_TOO_LARGE;
        return m->origin == GMS_NOBODY || m->n == 0 ? GMS_DROP_MALFORMED : GMS_USED;
    case GMS_ACK:
    case GMS_TOO_OLD:
    case GMS_HEARTBEAT:
    case GMS_COMMIT:
    case GMS_EXCLUDED: return GMS_USED;
    case GMS_NACK: return m->seq == 0 || m->seq > m->last ? GMS_DROP_MALFORMED : GMS_USED;
    case GMS_SUSPECT: return m->view == 0 ? GMS_DROP_MALFORMED : GMS_USED;
    case GMS_PREPARE:
    case GMS_ACCEPTED: return check_proposal(m, false);
    case GMS_PROMISE: return check_proposal(m, m->accepted != 0);
    case GMS_ACCEPT: return check_proposal(m, true);
    case GMS_INSTALL:
        if (m->body_size > GMS_BODY_SIZE_MAX)
            return GMS_DROP_TOO_LARGE;
        return m->seq == 0 || m->view < 2 || !m->counts ? GMS_DROP_MALFORMED : check_members(m);
    case GMS_TYPES: break;
    }
    return GMS_DROP_MALFORMED;
}

const char *gms_type_name(enum gms_type type) {
    static const char *const names[GMS_TYPES] = {
        [GMS_JOIN] = "JOIN",       [GMS_VIEW] = "VIEW",         [GMS_REQUEST] = "REQUEST",
        [GMS_MSG] = "MSG",         [GMS_LEAVE] = "LEAVE",       [GMS_ACK] = "ACK",
        [GMS_NACK] = "NACK",       [GMS_TOO_OLD] = "TOO_OLD",   [GMS_HEARTBEAT] = "HEARTBEAT",
        [GMS_COMMIT] = "COMMIT",   [GMS_SUSPECT] = "SUSPECT",   [GMS_PREPARE] = "PREPARE",
        [GMS_PROMISE] = "PROMISE", [GMS_ACCEPT] = "ACCEPT",     [GMS_ACCEPTED] = "ACCEPTED",
        [GMS_INSTALL] = "INSTALL", [GMS_EXCLUDED] = "EXCLUDED",
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
        [GMS_DROP_WOULD_BLOCK] = "too many of one's own not delivered yet",
        [GMS_DROP_BLOCKED] = "blocked by a view change",
        [GMS_DROP_WINDOW_FULL] = "too many not stable yet",
        [GMS_DROP_OLD_VIEW] = "of an old view",
        [GMS_DROP_LATER_VIEW] = "of a view not installed yet",
        [GMS_DROP_BALLOT] = "a higher ballot was promised",
        [GMS_DROP_EXCLUDED] = "excluded",
        [GMS_DROP_TOO_OLD] = "misses what nobody keeps any more",
    };
    return why < GMS_DROPS && texts[why] ? texts[why] : "?";
}
