/* A trace made by hand, record by record, to be broken and judged: for tests of the checker. Short names, and
 * all in one header, because such tests say nothing but these.
 *
 * The sound ones are not of any rung: they show what all 26 properties allow. `story` is a group of four: w1
 * crashes, the others are blocked meanwhile, w4 leaves. `views` is a group that only changes its views.
 */
#ifndef TESTS_LIB_TAPE_H
#define TESTS_LIB_TAPE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gms/check.h"
#include "gms/rng.h"

#define TAPE_MAX    256
#define ORDERS      40 /* interleavings to judge it in */
#define P(property) CHECK_BIT(CHECK_##property)

static const struct check_settings everything = {.rung = GMS_RUNG_3, .promises = CHECK_ALL};

/* -- Tapes --------------------------------------------------------------------------------------------- */

struct tape {
    int count;
    struct trace_record r[TAPE_MAX];
    gms_id members[TAPE_MAX][4];
    struct trace_state state[8];
    bool has_state[8];
    uint32_t view[8];
};

/* Before record `at`; -1: at the end. Its time is that of its place. */
static inline struct trace_record *put_at(struct tape *t, int at, struct trace_record r) {
    assert_true(t->count < TAPE_MAX);
    const int place = at < 0 ? t->count : at;
    for (int i = t->count; i > place; i--) {
        t->r[i] = t->r[i - 1];
        memcpy(t->members[i], t->members[i - 1], sizeof t->members[i]);
    }
    t->count++;
    t->r[place] = r;
    return &t->r[place];
}

static inline struct trace_record *put(struct tape *t, struct trace_record r) {
    return put_at(t, -1, r);
}

static inline void erase(struct tape *t, int at) {
    assert_true(at >= 0 && at < t->count);
    t->count--;
    for (int i = at; i < t->count; i++) {
        t->r[i] = t->r[i + 1];
        memcpy(t->members[i], t->members[i + 1], sizeof t->members[i]);
    }
}

static inline void swap(struct tape *t, int a, int b) {
    const struct trace_record kept = t->r[a];
    t->r[a] = t->r[b];
    t->r[b] = kept;
}

/* "124": w1, w2 and w4, in that order. */
static inline void install_at(struct tape *t, int at, int who, uint32_t view, const char *members) {
    const int place = at < 0 ? t->count : at;
    put_at(t, at,
           (struct trace_record){.ev = TRACE_VIEW,
                                 .id = (gms_id)who,
                                 .view = view,
                                 .primary = true,
                                 .member_count = (uint32_t)strlen(members)});
    for (int i = 0; members[i]; i++)
        t->members[place][i] = (gms_id)(members[i] - '0');
    t->view[who] = view;
}

static inline void install(struct tape *t, const char *by, uint32_t view, const char *members) {
    for (; *by; by++)
        install_at(t, -1, *by - '0', view, members);
}

static inline void event(struct tape *t, int who, enum trace_ev ev) {
    put(t, (struct trace_record){.ev = ev, .id = (gms_id)who, .view = t->view[who]});
}

static inline void joins(struct tape *t, int who) {
    put(t, (struct trace_record){.ev = TRACE_JOIN, .id = (gms_id)who, .to = "w1"});
}

static inline void mcast(struct tape *t, int who, uint64_t m_n, int n) {
    put(t, (struct trace_record){
               .ev = TRACE_MCAST, .id = (gms_id)who, .m_origin = (gms_id)who, .m_n = m_n, .n = n});
}

static inline void deliver(struct tape *t, const char *by, int origin, uint64_t m_n, int n) {
    for (; *by; by++) {
        const int who = *by - '0';
        if (n > 0 && t->has_state[who])
            trace_state_apply(&t->state[who], (gms_id)origin, m_n, n);
        put(t, (struct trace_record){.ev = TRACE_DELIVER,
                                     .id = (gms_id)who,
                                     .m_origin = (gms_id)origin,
                                     .m_n = m_n,
                                     .n = n,
                                     .view = t->view[who],
                                     .state = t->state[who]});
    }
}

static inline void adopt(struct tape *t, int who, int from) {
    t->state[who] = t->state[from];
    t->has_state[who] = true;
    put(t, (struct trace_record){
               .ev = TRACE_STATE, .id = (gms_id)who, .peer = (gms_id)from, .state = t->state[who]});
}

static inline void crash(struct tape *t, int who) {
    put(t, (struct trace_record){.ev = TRACE_CRASH, .peer = (gms_id)who});
}

static inline void begin(struct tape *t) {
    memset(t, 0, sizeof *t);
    for (int i = 0; i < 8; i++)
        trace_state_init(&t->state[i]);
    t->has_state[1] = true;
}

/* -- The sound ones ------------------------------------------------------------------------------------ */

static inline void story(struct tape *t) {
    begin(t);
    put(t, (struct trace_record){.ev = TRACE_LEAD, .id = 1, .view = 1}); /* before its view */
    install(t, "1", 1, "1");
    joins(t, 2);
    install(t, "12", 2, "12");
    adopt(t, 2, 1);
    mcast(t, 1, 1, 7);
    deliver(t, "12", 1, 1, 7);
    joins(t, 3);
    install(t, "123", 3, "123");
    joins(t, 4);
    install(t, "1234", 4, "1234");
    mcast(t, 3, 1, 0); /* what is the state? */
    deliver(t, "1234", 3, 1, 0);
    mcast(t, 2, 1, 5);
    mcast(t, 1, 2, 0); /* the answer, as of the question */
    struct trace_state as_of = t->state[1];
    deliver(t, "1234", 2, 1, 5);
    t->state[5] = as_of;
    trace_state_apply(&t->state[5], 2, 1, 5); /* what was delivered since */
    deliver(t, "12", 1, 2, 0);
    adopt(t, 3, 5);
    t->r[t->count - 1].peer = 1;
    deliver(t, "3", 1, 2, 0);
    adopt(t, 4, 5);
    t->r[t->count - 1].peer = 1;
    deliver(t, "4", 1, 2, 0);
    mcast(t, 4, 1, 3);
    mcast(t, 2, 2, 0);
    mcast(t, 2, 3, 0);
    deliver(t, "1234", 4, 1, 3);
    deliver(t, "1234", 2, 2, 0);
    deliver(t, "1234", 2, 3, 0);
    mcast(t, 3, 2, 9);
    for (int who = 2; who <= 4; who++)
        event(t, who, TRACE_BLOCK);
    crash(t, 1);
    for (int who = 2; who <= 4; who++) { /* the message that ends the view, and the view */
        deliver(t, (const char[]){(char)('0' + who), '\0'}, 3, 2, 9);
        event(t, who, TRACE_UNBLOCK);
        install(t, (const char[]){(char)('0' + who), '\0'}, 5, "234");
    }
    put(t, (struct trace_record){.ev = TRACE_LEAD, .id = 2, .view = 5}); /* after its view */
    mcast(t, 4, 2, 0);
    deliver(t, "234", 4, 2, 0);
    mcast(t, 3, 3, 2);
    deliver(t, "234", 3, 3, 2);
    install(t, "23", 6, "23");
    event(t, 4, TRACE_LEAVE);
    event(t, 4, TRACE_EXIT);
    mcast(t, 2, 4, 11);
    mcast(t, 3, 4, 0);
    deliver(t, "23", 2, 4, 11);
    deliver(t, "23", 3, 4, 0);
    event(t, 2, TRACE_EXIT);
    event(t, 3, TRACE_EXIT);
}

static inline void views(struct tape *t) {
    begin(t);
    install(t, "1", 1, "1");
    for (int who = 2; who <= 4; who++)
        joins(t, who);
    install(t, "1234", 2, "1234");
    for (int who = 2; who <= 4; who++)
        adopt(t, who, 1);
}

/* One series of numbers over views and deliveries, as they come in `story`. */
static inline void number(struct tape *t) {
    uint64_t seq[8] = {0};
    for (int i = 0; i < t->count; i++) {
        struct trace_record *r = &t->r[i];
        if (r->ev != TRACE_VIEW && r->ev != TRACE_DELIVER)
            continue;
        if (seq[r->id] == 0)
            seq[r->id] = r->view; /* a newcomer begins with the number of its first view */
        r->seq = ++seq[r->id];
    }
}

/* -- Finding a place ----------------------------------------------------------------------------------- */

static inline int find(const struct tape *t, enum trace_ev ev, int who, uint32_t view) {
    for (int i = 0; i < t->count; i++) {
        if (t->r[i].ev == ev && t->r[i].id == (gms_id)who && (view == 0 || t->r[i].view == view))
            return i;
    }
    fail_msg("no %s of w%d in view %u", trace_ev_name(ev), who, view);
    return -1;
}

static inline int find_m(const struct tape *t, enum trace_ev ev, int who, int origin, uint64_t n) {
    for (int i = 0; i < t->count; i++) {
        const struct trace_record *r = &t->r[i];
        if (r->ev == ev && r->id == (gms_id)who && r->m_origin == (gms_id)origin && r->m_n == n)
            return i;
    }
    fail_msg("no %s of w%d#%d at w%d", trace_ev_name(ev), origin, (int)n, who);
    return -1;
}

static inline int delivery(const struct tape *t, int who, int origin, uint64_t n) {
    return find_m(t, TRACE_DELIVER, who, origin, n);
}

static inline void fault(struct tape *t) { /* what was multicast before it may be lost: that is 26 */
    put(t, (struct trace_record){.ev = TRACE_FAULT, .what = "test"});
}

/* -- Judging ------------------------------------------------------------------------------------------- */

/* The director's records, which are nobody's, are a process's of their own. */
static inline int process_of(const struct trace_record *r) {
    return (int)r->id;
}

/* Order 0: as on the tape; 1 and 2: one process after the other; else at random. Each keeps its own order. */
static inline void feed_in_order(struct check *check, struct tape *t, int order) {
    int next[8] = {0};
    struct gms_rng rng;
    gms_rng_seed(&rng, (uint64_t)order);
    for (int fed = 0; fed < t->count; fed++) {
        int chosen = -1;
        const int wanted = order == 0 ? process_of(&t->r[fed]) : (int)gms_rng_below(&rng, 8);
        for (int i = 0; i < 8 && chosen < 0; i++) {
            const int process = order == 1 ? i : order == 2 ? 7 - i : (wanted + i) % 8;
            while (next[process] < t->count && process_of(&t->r[next[process]]) != process)
                next[process]++;
            if (next[process] < t->count)
                chosen = process;
        }
        struct trace_record r = t->r[next[chosen]];
        r.t = (gms_time)next[chosen] + 1;
        r.line = (uint64_t)next[chosen] + 1;
        if (r.ev == TRACE_VIEW)
            r.members = t->members[next[chosen]];
        next[chosen]++;
        check_feed(check, &r);
    }
}

static inline uint32_t judge(struct check *check, struct tape *t, int order,
                             const struct check_settings *settings) {
    uint32_t violated = 0;
    check_init(check, settings);
    feed_in_order(check, t, order);
    check_end(check);
    for (int p = 1; p < CHECK_PROPERTIES; p++) {
        if (check_property(check, (enum check_property)p) == CHECK_VIOLATED)
            violated |= 1u << p;
    }
    return violated;
}

#endif
