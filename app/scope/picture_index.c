/* Sums over blocks of events and over buckets of places, grown as the history grows. Buckets double their
 * width when the run outgrows them, so there is always one resolution for all of it.
 */
#include "app/scope/picture_parts.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK 256   /* events */
#define FEW   65536 /* events that are summed again as soon as a place has moved */

struct picture_index {
    bool shows_quiet;
    uint32_t layout, begin, seen; /* events from `begin`, the first that is not forgotten, to `seen` - 1 */
    gms_time seen_t;
    uint64_t mended;   /* when the first of them was seen */
    uint32_t pictures; /* since */
    uint32_t *before;  /* messages before each block */
    uint32_t before_capacity, messages;
    uint32_t *notable;
    uint32_t notable_count, notable_capacity;
    struct {
        struct picture_bucket buckets[PICTURE_BUCKETS];
        int count;
        uint32_t places, most;
    } runs[HISTORY_AXES];
};

struct picture_index *picture_index_new(void) {
    return calloc(1, sizeof(struct picture_index));
}

void picture_index_destroy(struct picture_index **self) {
    if (*self == NULL)
        return;
    free((*self)->before);
    free((*self)->notable);
    free(*self);
    *self = NULL;
}

bool picture_with_index(const struct picture_look *look, struct picture_look *indexed,
                        struct picture_index **own) {
    *indexed = *look;
    if (indexed->index == NULL)
        indexed->index = *own = picture_index_new();
    return indexed->index != NULL;
}

static void clear(struct picture_index *x, uint32_t begin) {
    x->begin = x->seen = begin;
    x->messages = x->notable_count = 0;
    for (int a = 0; a < HISTORY_AXES; a++) {
        memset(x->runs[a].buckets, 0, sizeof x->runs[a].buckets);
        x->runs[a].count = 0;
        x->runs[a].places = 1;
        x->runs[a].most = 0;
    }
}

/* False: out of memory; the picture then knows less of the run, and goes on. */
static bool reserve(uint32_t **numbers, uint32_t *capacity, uint32_t count) {
    if (count <= *capacity)
        return true;
    const uint32_t wanted = count < 512 ? 1024 : 2 * count;
    uint32_t *grown = realloc(*numbers, wanted * sizeof *grown);
    if (grown == NULL)
        return false;
    *numbers = grown;
    *capacity = wanted;
    return true;
}

static void double_places(struct picture_index *x, int axis) {
    struct picture_bucket *b = x->runs[axis].buckets;
    x->runs[axis].most = 0;
    for (int i = 0; i < PICTURE_BUCKETS; i += 2) {
        const struct picture_bucket two = {b[i].messages + b[i + 1].messages, b[i].lost || b[i + 1].lost,
                                           b[i].crashed || b[i + 1].crashed, b[i].viewed || b[i + 1].viewed};
        b[i] = b[i + 1] = (struct picture_bucket){0};
        b[i / 2] = two;
        if (two.messages > x->runs[axis].most)
            x->runs[axis].most = two.messages;
    }
    x->runs[axis].places *= 2;
    x->runs[axis].count = (x->runs[axis].count + 1) / 2;
}

static void add_to_bucket(struct picture_index *x, int axis, const struct history_event *e, bool message) {
    const uint32_t at = e->at[axis];
    if (at == HISTORY_NONE)
        return;
    while (at / x->runs[axis].places >= PICTURE_BUCKETS)
        double_places(x, axis);
    const int i = (int)(at / x->runs[axis].places);
    struct picture_bucket *b = &x->runs[axis].buckets[i];
    b->messages += message;
    b->lost |= e->ev == TRACE_LOSE;
    b->crashed |= e->ev == TRACE_CRASH;
    b->viewed |= e->ev == TRACE_VIEW;
    if (b->messages > x->runs[axis].most)
        x->runs[axis].most = b->messages;
    if (i >= x->runs[axis].count)
        x->runs[axis].count = i + 1;
}

static bool is_message(const struct picture_index *x, const struct history_event *e) {
    return (e->ev == TRACE_SEND || e->ev == TRACE_LOSE) && (e->flags & HISTORY_VOID) == 0 &&
           ((e->flags & HISTORY_QUIET) == 0 || x->shows_quiet);
}

static bool add(struct picture_index *x, uint32_t i, const struct history_event *e) {
    const bool message = is_message(x, e);
    const uint32_t block = (i - x->begin) / BLOCK;
    if ((i - x->begin) % BLOCK == 0) {
        if (!reserve(&x->before, &x->before_capacity, block + 1))
            return false;
        x->before[block] = x->messages;
    }
    if ((message && e->ev == TRACE_LOSE) || e->ev == TRACE_VIEW || e->ev == TRACE_CRASH) {
        if (!reserve(&x->notable, &x->notable_capacity, x->notable_count + 1))
            return false;
        x->notable[x->notable_count++] = i;
    }
    x->messages += message;
    for (int a = 0; a < HISTORY_AXES; a++)
        add_to_bucket(x, a, e, message);
    return true;
}

/* Some places moved, as when a message is told of after its receipt. With many events that must not cost
 * every picture all of them: then it is made good some pictures later. */
static bool is_stale(struct picture_index *x, const struct history *h, uint32_t events) {
    x->pictures++;
    return x->mended != history_mended(h) && x->pictures > (events - x->begin) / FEW * 4;
}

/* Events are only added, until some are forgotten, or some get other places, or another run begins. */
void picture_index_update(struct picture_index *x, const struct history *h, bool shows_quiet) {
    const uint32_t events = history_event_count(h), begin = history_forgotten(h);
    if (x->runs[0].places == 0 || x->shows_quiet != shows_quiet || x->layout != history_layout(h) ||
        x->begin != begin || events < x->seen ||
        (x->seen > begin && history_event(h, x->seen - 1)->t != x->seen_t) || is_stale(x, h, events)) {
        clear(x, begin);
        x->shows_quiet = shows_quiet;
        x->layout = history_layout(h);
        x->mended = history_mended(h);
        x->pictures = 0;
    }
    while (x->seen < events && add(x, x->seen, history_event(h, x->seen)))
        x->seen++;
    if (x->seen > begin)
        x->seen_t = history_event(h, x->seen - 1)->t;
}

struct picture_summary picture_summary(const struct picture_index *x, enum history_axis axis) {
    return (struct picture_summary){x->runs[axis].buckets, x->runs[axis].count, (double)x->runs[axis].places,
                                    x->runs[axis].most};
}

static uint64_t messages_before(const struct picture_index *x, const struct history *h, uint32_t event) {
    if (event > x->seen)
        event = x->seen;
    if (event <= x->begin)
        return 0;
    const uint32_t block = (event - 1 - x->begin) / BLOCK;
    uint64_t count = x->before[block];
    for (uint32_t i = x->begin + block * BLOCK; i < event; i++)
        count += is_message(x, history_event(h, i));
    return count;
}

uint64_t picture_messages(const struct picture_index *x, const struct history *h, uint32_t first,
                          uint32_t last) {
    return first < last ? messages_before(x, h, last) - messages_before(x, h, first) : 0;
}

uint32_t picture_notable_count(const struct picture_index *x) {
    return x->notable_count;
}

uint32_t picture_notable(const struct picture_index *x, uint32_t index) {
    return x->notable[index];
}

uint32_t picture_notable_from(const struct picture_index *x, uint32_t event) {
    uint32_t low = 0, high = x->notable_count;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (x->notable[middle] < event)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t picture_block(const struct picture_index *x, uint32_t event, uint32_t *end) {
    const uint32_t block = (event - x->begin) / BLOCK;
    *end = x->begin + (block + 1) * BLOCK;
    if (event >= x->seen) /* there was no memory */
        return 0;
    return (*end < x->seen ? x->before[block + 1] : x->messages) - x->before[block];
}
