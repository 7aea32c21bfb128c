#include "tests/lib/picture_case.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifndef GROUPY_ASSETS_SOURCE
#define GROUPY_ASSETS_SOURCE "assets"
#endif

#define MS CASE_MS

struct canvas_list case_list;
struct history *case_history;
struct story case_story;
struct picture_look case_look;
gms_time case_now;

const float case_sizes[CASE_SIZES][2] = {{900, 500},   {1024, 768},  {1280, 720},  {1920, 540},
                                         {1920, 1080}, {1080, 1920}, {2560, 1440}, {3840, 2160}};

static uint64_t x_last;
static bool has_long_names;

int case_run(int (*run)(void)) {
    char error[256];
    struct fonts *fonts = fonts_open(GROUPY_ASSETS_SOURCE "/fonts", error, sizeof error);
    if (fonts == NULL) {
        fprintf(stderr, "%s\n", error);
        return 1;
    }
    case_history = history_new();
    canvas_list_init(&case_list, fonts);
    const int failed = run();
    canvas_list_free(&case_list);
    history_destroy(&case_history);
    fonts_close(&fonts);
    return failed;
}

/* -- A run ----------------------------------------------------------------------------------------------- */

static const char *names[HISTORY_ROWS_MAX];

void case_feed(unsigned who, struct trace_record r) {
    r.id = who;
    r.t = case_now;
    history_feed(case_history, who == 0 ? "director" : names[who], &r);
}

void case_begin(unsigned members) {
    static char stored[HISTORY_ROWS_MAX][NET_NAME_SIZE];
    gms_id ids[HISTORY_ROWS_MAX];
    history_clear(case_history);
    memset(&case_story, 0, sizeof case_story);
    case_story.sign = STORY_IN_SYNC;
    case_story.event = HISTORY_NONE;
    case_story.complete = true;
    snprintf(case_story.head, sizeof case_story.head, "IN SYNC 5/5");
    case_look = (struct picture_look){.width = 1920,
                                      .height = 1080,
                                      .scale = 1,
                                      .axis = HISTORY_STEPS,
                                      .unit = 26,
                                      .until = HISTORY_NONE,
                                      .now = -1,
                                      .selected_row = -1,
                                      .hovered = HISTORY_NONE,
                                      .hovered_tool = -1,
                                      .title = "demo \u00b7 gms5"};
    case_now = 1000 * MS;
    x_last = 0;
    for (unsigned i = 1; i <= members; i++) {
        snprintf(stored[i], sizeof stored[i], has_long_names ? "workstation-%04u" : "w%u", i);
        names[i] = stored[i];
        ids[i - 1] = i;
        history_name(case_history, i, names[i]);
    }
    for (unsigned i = 1; i <= members; i++)
        case_feed(i,
                  (struct trace_record){
                      .ev = TRACE_VIEW, .view = 1, .primary = true, .members = ids, .member_count = members});
    case_now += MS;
}

struct trace_record case_message(enum trace_ev ev, unsigned from, unsigned to, const char *type, uint64_t x) {
    return (struct trace_record){.ev = ev,
                                 .peer = ev == TRACE_RECV || ev == TRACE_DROP ? from : to,
                                 .type = type,
                                 .x_sender = from,
                                 .x = x};
}

uint64_t case_send(unsigned from, unsigned to, const char *type, unsigned n) {
    struct trace_record r = case_message(TRACE_SEND, from, to, type, ++x_last);
    r.m_origin = n > 0 ? from : GMS_NOBODY;
    r.m_n = n;
    r.n = 7;
    case_feed(from, r);
    case_now += MS;
    return x_last;
}

void case_receive(unsigned from, unsigned to, const char *type, unsigned n, uint64_t x) {
    struct trace_record r = case_message(TRACE_RECV, from, to, type, x);
    r.m_origin = n > 0 ? from : GMS_NOBODY;
    r.m_n = n;
    case_feed(to, r);
    case_now += MS;
}

void case_deliver(unsigned who, unsigned origin, unsigned n) {
    struct trace_record r = {.ev = TRACE_DELIVER, .m_origin = origin, .m_n = n, .n = 7, .view = 1};
    r.state =
        (struct trace_state){n, n * 0x9e3779b97f4a7c15u, {(uint8_t)(40 * n), (uint8_t)(255 - 20 * n), 90}};
    case_feed(who, r);
    case_now += MS;
}

void case_broadcast(unsigned members, unsigned n) {
    case_feed(1, (struct trace_record){.ev = TRACE_MCAST, .m_origin = 1, .m_n = n, .n = 7});
    for (unsigned to = 2; to <= members; to++) {
        const uint64_t x = case_send(1, to, "MSG", n);
        case_receive(1, to, "MSG", n, x);
        case_deliver(to, 1, n);
    }
    case_deliver(1, 1, n);
}

/* Something of everything. */
void case_busy(unsigned members) {
    has_long_names = members % 2 == 0;
    case_begin(members);
    has_long_names = false;
    for (unsigned n = 1; n <= 4; n++)
        case_broadcast(members, n);
    for (int i = 0; i < 40; i++)
        case_receive(1, 2, "HEARTBEAT", 0, case_send(1, 2, "HEARTBEAT", 0));
    static const char *const types[] = {"REQUEST", "PREPARE", "JOIN", "NACK", "EXCLUDED"};
    for (unsigned i = 0; i < 5 && members >= 2; i++)
        case_receive(2, 1, types[i], 0, case_send(2, 1, types[i], 0));
    if (members >= 3) {
        case_feed(1, case_message(TRACE_LOSE, 1, 3, "MSG", ++x_last));
        case_feed(2, (struct trace_record){.ev = TRACE_SUSPECT, .peer = 1});
        case_feed(3, (struct trace_record){.ev = TRACE_BLOCK, .view = 1});
        case_feed(2, (struct trace_record){.ev = TRACE_FAULT, .what = "cut", .peer = 3});
        case_feed(3, (struct trace_record){.ev = TRACE_FAULT, .what = "cut", .peer = 2});
        case_feed(3, (struct trace_record){.ev = TRACE_NO_QUORUM, .view = 1});
        case_feed(2, (struct trace_record){.ev = TRACE_FREEZE, .view = 1, .expected = 9, .got = 10});
    }
    case_feed(0, (struct trace_record){.ev = TRACE_CRASH, .peer = 1});
    case_now += 3000 * MS;
    case_feed(members, (struct trace_record){.ev = TRACE_SUSPECT, .peer = 1});
    case_story.sign = STORY_OUT_OF_SYNC;
    snprintf(case_story.head, sizeof case_story.head, "OUT OF SYNC since #17");
    snprintf(case_story.sentence, sizeof case_story.sentence,
             "workstation-0004 never delivered workstation-0002#1234, because workstation-0001 crashed after "
             "sending "
             "it to workstation-0002, workstation-0003 and workstation-0005, and what it had sent was lost "
             "with it");
    case_story.property[CHECK_AGREEMENT] = CHECK_VIOLATED;
    case_story.property[CHECK_PROGRESS] = CHECK_HALTED;
    case_story.property[CHECK_BLOCKED] = CHECK_NOT_APPLICABLE;
    case_story.property_event[CHECK_AGREEMENT] = 3;
}

/* -- Reading the list ------------------------------------------------------------------------------------ */

const char *case_draw(void) {
    canvas_list_clear(&case_list);
    picture_draw(&case_list.canvas, case_history, &case_story, &case_look);
    return case_list.text;
}

struct picture_frame *case_frame(void) {
    static struct picture_frame frame;
    static struct picture_index *index;
    static struct picture_look indexed;
    picture_index_destroy(&index);
    index = picture_index_new();
    indexed = case_look;
    indexed.index = index;
    picture_frame(&frame, &case_list.canvas, case_history, &case_story, &indexed, NULL);
    return &frame;
}

struct picture_arrow case_arrow(uint64_t number) { /* of the messages, from 1 */
    const struct picture_frame *f = case_frame();
    struct picture_arrow a;
    uint64_t seen = 0;
    for (uint32_t i = f->first; i < f->last; i++)
        if (picture_arrow(f, i, &a) && ++seen == number)
            return a;
    fail_msg("there is no message %u", (unsigned)number);
    return a;
}

void case_has(const char *drawn, const char *what) {
    if (strstr(drawn, what) == NULL)
        fail_msg("%gx%g: '%s' is not drawn", (double)case_look.width, (double)case_look.height, what);
}

void case_has_not(const char *drawn, const char *what) {
    if (strstr(drawn, what) != NULL)
        fail_msg("'%s' is drawn", what);
}

bool case_line(const char **at, char *line, size_t size) {
    const char *end = strchr(*at, '\n');
    if (end == NULL)
        return false;
    snprintf(line, size, "%.*s", (int)(end - *at), *at);
    *at = end + 1;
    return true;
}

bool case_text(const char *line, struct case_text *t) {
    float baseline, width;
    if (sscanf(line, "text %f %f %f %f %*s %*s %191[^\n]", &t->left, &baseline, &width, &t->size, t->words) !=
        5)
        return false;
    t->right = t->left + width;
    t->top = baseline - CANVAS_CAP_HEIGHT * t->size;
    t->bottom = baseline;
    return true;
}

int case_texts(const char *drawn, struct case_text *texts) {
    static char line[16384];
    int count = 0;
    while (case_line(&drawn, line, sizeof line))
        if (strncmp(line, "text ", 5) == 0) {
            assert_in_range(count, 0, CASE_TEXTS_MAX - 1);
            assert_true(case_text(line, &texts[count++]));
        }
    return count;
}

void case_apart(float width, float height) {
    static struct case_text texts[CASE_TEXTS_MAX];
    const int count = case_texts(case_draw(), texts);
    for (int a = 0; a < count; a++) {
        const struct case_text *t = &texts[a];
        if (t->left < -0.5f || t->top < 0 || t->right > width + 0.5f || t->bottom > height)
            fail_msg("outside %gx%g: %s", (double)width, (double)height, t->words);
        if (t->size < 11.9f * case_look.scale)
            fail_msg("%gx%g: '%s' is too small: %g", (double)width, (double)height, t->words,
                     (double)t->size);
        for (int b = 0; b < a; b++)
            if (t->left < texts[b].right - 0.5f && texts[b].left < t->right - 0.5f &&
                t->top < texts[b].bottom && texts[b].top < t->bottom)
                fail_msg("%gx%g: '%s' is over '%s'", (double)width, (double)height, t->words, texts[b].words);
    }
}

void case_size(size_t i) {
    case_look.width = case_sizes[i][0];
    case_look.height = case_sizes[i][1];
    case_look.scale = case_sizes[i][1] > 2000 ? 2 : 1;
}
