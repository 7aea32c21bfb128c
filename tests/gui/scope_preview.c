/* Draws one look at recorded traces into a picture, so that people and tests can see any picture of the scope
 * without a display.
 *
 *     scope_preview --out scope.bmp --size 1920x1080 --dark --axis steps --left 40 --unit 24 TRACE...
 *
 * --left is a place, or `end` (the default: the end is at the right edge). --bench N draws N frames and
 * prints what one takes; --scrub moves on with each of them. --make MEMBERS,RECORDS,PERCENT invents a run
 * instead of reading one, in which that share of the messages is lost.
 */
#include "app/report/figure_run.h"
#include "app/scope/picture.h"
#include "app/scope/window_keys.h"
#include "app/trace_merge.h"
#include "app/ui/canvas_sdl.h"

#include <SDL.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LINKS_MAX (HISTORY_ROWS_MAX * HISTORY_ROWS_MAX)

struct options {
    const char *font_dir, *out, *select, *made, *hover_message;
    int bench;
    bool follows, fits, scrubs, help, faulty;
    struct picture_look look;
};

struct run {
    struct history *history;
    struct check check; /* large */
    struct report_names names;
    struct story story;
};

/* Others may use the machine, too. */
static double processor_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

/* -- Traces ---------------------------------------------------------------------------------------------- */

static bool read_traces(struct run *run, const char *const *paths, int count, char *error,
                        size_t error_size) {
    struct trace_merge *merge = trace_merge_open(paths, count, error, error_size);
    if (merge == NULL)
        return false;
    const struct check_settings settings = report_settings_of(merge);
    check_init(&run->check, &settings);
    const struct trace_line *line;
    enum trace_merge_next next;
    trace_merge_by_clock(merge);
    while ((next = trace_merge_next(merge, &line, error, error_size)) == TRACE_MERGE_RECORD) {
        figure_learn_names(&run->names, run->history, line);
        history_feed(run->history, line->who, &line->record);
        check_feed(&run->check, &line->record);
    }
    trace_merge_close(&merge);
    return next == TRACE_MERGE_END;
}

/* -- An invented run ------------------------------------------------------------------------------------- */

struct maker {
    struct run *run;
    unsigned members, count, limit, percent;
    gms_time t;
    uint64_t x, seed, state[HISTORY_ROWS_MAX];
    gms_id ids[HISTORY_ROWS_MAX];
};

static unsigned chance(struct maker *m, unsigned of) {
    m->seed = m->seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(m->seed >> 33) % of;
}

static void feed(struct maker *m, unsigned who, struct trace_record r) {
    char name[16];
    snprintf(name, sizeof name, "w%u", who + 1);
    r.id = m->ids[who];
    r.t = m->t;
    r.lc = ++m->count;
    history_feed(m->run->history, name, &r);
}

static void pass(struct maker *m, unsigned from, unsigned to, const char *type, unsigned origin, uint64_t n) {
    struct trace_record r = {.ev = TRACE_SEND,
                             .peer = m->ids[to],
                             .type = type,
                             .x_sender = m->ids[from],
                             .x = ++m->x,
                             .m_origin = m->ids[origin],
                             .m_n = n};
    const bool lost = chance(m, 100) < m->percent;
    r.ev = lost ? TRACE_LOSE : TRACE_SEND;
    feed(m, from, r);
    m->t += 50000 + chance(m, 100000);
    r.ev = TRACE_RECV;
    r.peer = m->ids[from];
    if (!lost)
        feed(m, to, r);
}

static void deliver(struct maker *m, unsigned who, unsigned origin, uint64_t n) {
    struct trace_record r = {.ev = TRACE_DELIVER, .m_origin = m->ids[origin], .m_n = n, .n = 7, .view = 1};
    m->state[who]++;
    r.state.count = m->state[who];
    r.state.hash = m->state[who] * 0x9e3779b97f4a7c15u;
    for (int i = 0; i < 3; i++)
        r.state.color[i] = (uint8_t)(r.state.hash >> (8 * i));
    feed(m, who, r);
}

static void make(struct run *run, const char *made) {
    struct maker m = {.run = run, .seed = 1, .t = 1000000000};
    sscanf(made, "%u,%u,%u", &m.members, &m.limit, &m.percent);
    m.members = m.members > HISTORY_ROWS_MAX ? HISTORY_ROWS_MAX : m.members;
    for (unsigned i = 0; i < m.members; i++)
        m.ids[i] = i + 1;
    for (unsigned i = 0; i < m.members; i++)
        feed(&m, i,
             (struct trace_record){.ev = TRACE_VIEW, .view = 1, .members = m.ids, .member_count = m.members});
    for (uint64_t n = 1; m.count < m.limit; n++) {
        const unsigned origin = chance(&m, m.members);
        m.t += chance(&m, 200) * 1000000;
        feed(&m, origin,
             (struct trace_record){.ev = TRACE_MCAST, .m_origin = m.ids[origin], .m_n = n, .n = 7});
        if (origin != 0)
            pass(&m, origin, 0, "REQUEST", origin, n);
        for (unsigned i = 1; i < m.members; i++)
            pass(&m, 0, i, "MSG", origin, n);
        for (unsigned i = 0; i < m.members; i++)
            deliver(&m, i, origin, n);
    }
    check_init(&run->check, &(struct check_settings){.rung = GMS_RUNG_1});
}

/* -- Options --------------------------------------------------------------------------------------------- */

enum {
    OPT_FONT = 256,
    OPT_OUT,
    OPT_SIZE,
    OPT_SCALE,
    OPT_DARK,
    OPT_AXIS,
    OPT_LEFT,
    OPT_UNIT,
    OPT_FIT,
    OPT_UNTIL,
    OPT_NOW,
    OPT_ROWS,
    OPT_SELECT,
    OPT_HOVER,
    OPT_MESSAGE,
    OPT_PROPERTY,
    OPT_TOOL,
    OPT_LINKS,
    OPT_CAPTION,
    OPT_NOTICE,
    OPT_TITLE,
    OPT_QUIET,
    OPT_LIVE,
    OPT_PAUSED,
    OPT_BENCH,
    OPT_SCRUB,
    OPT_MAKE,
    OPT_HELP,
    OPT_FAULTS
};

static const struct option long_options[] = {
    {"font-dir", 1, NULL, OPT_FONT},     {"out", 1, NULL, OPT_OUT},       {"size", 1, NULL, OPT_SIZE},
    {"scale", 1, NULL, OPT_SCALE},       {"dark", 0, NULL, OPT_DARK},     {"axis", 1, NULL, OPT_AXIS},
    {"left", 1, NULL, OPT_LEFT},         {"unit", 1, NULL, OPT_UNIT},     {"fit", 0, NULL, OPT_FIT},
    {"until", 1, NULL, OPT_UNTIL},       {"now", 1, NULL, OPT_NOW},       {"row-offset", 1, NULL, OPT_ROWS},
    {"select", 1, NULL, OPT_SELECT},     {"hover", 1, NULL, OPT_HOVER},   {"message", 1, NULL, OPT_MESSAGE},
    {"property", 1, NULL, OPT_PROPERTY}, {"tool", 1, NULL, OPT_TOOL},     {"links", 0, NULL, OPT_LINKS},
    {"caption", 1, NULL, OPT_CAPTION},   {"notice", 1, NULL, OPT_NOTICE}, {"title", 1, NULL, OPT_TITLE},
    {"quiet", 0, NULL, OPT_QUIET},       {"live", 0, NULL, OPT_LIVE},     {"paused", 0, NULL, OPT_PAUSED},
    {"bench", 1, NULL, OPT_BENCH},       {"scrub", 0, NULL, OPT_SCRUB},   {"make", 1, NULL, OPT_MAKE},
    {"help-overlay", 0, NULL, OPT_HELP}, {"faults", 0, NULL, OPT_FAULTS}, {NULL, 0, NULL, 0}};

static bool take(int option, struct options *o) {
    struct picture_look *look = &o->look;
    switch (option) {
    case OPT_FONT: o->font_dir = optarg; return true;
    case OPT_OUT: o->out = optarg; return true;
    case OPT_SIZE: return sscanf(optarg, "%fx%f", &look->width, &look->height) == 2;
    case OPT_SCALE: look->scale = strtof(optarg, NULL); return true;
    case OPT_DARK: look->theme = THEME_DARK; return true;
    case OPT_AXIS: look->axis = strcmp(optarg, "time") == 0 ? HISTORY_TIME : HISTORY_STEPS; return true;
    case OPT_LEFT:
        o->follows = strcmp(optarg, "end") == 0;
        look->left = strtod(optarg, NULL);
        return true;
    case OPT_UNIT: look->unit = strtod(optarg, NULL); return true;
    case OPT_FIT: o->fits = true; return true;
    case OPT_UNTIL: look->until = (uint32_t)strtoul(optarg, NULL, 10); return true;
    case OPT_NOW: look->now = strtof(optarg, NULL); return true;
    case OPT_ROWS: look->row_offset = strtof(optarg, NULL); return true;
    case OPT_SELECT: o->select = optarg; return true;
    case OPT_HOVER: look->hovered = (uint32_t)strtoul(optarg, NULL, 10); return true;
    case OPT_MESSAGE: o->hover_message = optarg; return true;
    case OPT_PROPERTY: look->hovered_property = atoi(optarg); return true;
    case OPT_TOOL: look->hovered_tool = atoi(optarg); return true;
    case OPT_LINKS: look->shows_links = true; return true;
    case OPT_CAPTION: look->caption = optarg; return true;
    case OPT_NOTICE: look->notice = optarg; return true;
    case OPT_TITLE: look->title = optarg; return true;
    case OPT_QUIET: look->shows_quiet = true; return true;
    case OPT_LIVE: look->is_live = true; return true;
    case OPT_PAUSED: look->is_paused = true; return true;
    case OPT_BENCH: o->bench = atoi(optarg); return true;
    case OPT_SCRUB: o->scrubs = true; return true;
    case OPT_MAKE: o->made = optarg; return true;
    case OPT_HELP: o->help = true; return true;
    case OPT_FAULTS: o->faulty = true; return true;
    }
    return false;
}

/* Some of each, so that all is to be seen. */
static void set_links(struct picture_look *look, int rows) {
    static struct picture_link links[LINKS_MAX];
    for (int i = 1; i < rows; i++) {
        links[i * rows].cut = i == 2;
        links[i].cut = i == 2;
        links[i * rows + (i + 1) % rows].lose = i == 1 ? 1 : i == 3 ? 12 : 0;
        links[i * rows + (i + 1) % rows].delay_ms = i >= 3 ? 200 : 0;
    }
    look->links = links;
}

static void set_look(struct options *o, struct run *run) {
    struct picture_look *look = &o->look;
    const double end = (double)history_end(run->history, look->axis),
                 width = (double)picture_diagram_width(look);
    if (look->unit <= 0)
        look->unit = look->axis == HISTORY_TIME ? 0.03 : 26;
    if (o->fits)
        look->unit = width / (end + 4);
    if (o->follows)
        look->left = fmax(0, end + 2 - width / look->unit);
    if (look->left < 0 || o->fits)
        look->left = 0;
    for (uint32_t i = 0; o->select != NULL && i < history_row_count(run->history); i++)
        if (strcmp(history_row(run->history, i)->name, o->select) == 0)
            look->selected_row = (int)i;
    for (uint32_t i = 0; o->hover_message != NULL && i < history_event_count(run->history); i++) {
        const struct history_event *e = history_event(run->history, i);
        char name[64];
        if (e->m_origin == HISTORY_NOBODY)
            continue;
        snprintf(name, sizeof name, "%s#%" PRIu32, history_line_name(run->history, e->m_origin), e->m_n);
        if (strcmp(name, o->hover_message) == 0)
            look->hovered = i;
    }
    if (look->shows_links || o->faulty)
        set_links(look, (int)history_row_count(run->history));
}

/* -- Drawing --------------------------------------------------------------------------------------------- */

static void measure(struct options *o, struct canvas *canvas, struct run *run) {
    const double left = o->look.left;
    const double step = (double)picture_diagram_width(&o->look) / o->look.unit / 20;
    double worst = 0, all = 0;
    for (int i = 0; i < o->bench; i++) {
        const double start = processor_ms();
        if (o->scrubs)
            o->look.left = fmax(0, left - i * step);
        picture_draw(canvas, run->history, &run->story, &o->look);
        const double ms = processor_ms() - start;
        worst = ms > worst ? ms : worst;
        all += ms;
    }
    o->look.left = left;
    printf("%.2f ms a picture, %.2f the slowest\n", all / o->bench, worst);
}

static int draw(struct options *o, struct run *run) {
    char error[256], explanation[512];
    struct fonts *fonts = fonts_open(o->font_dir, error, sizeof error);
    if (fonts == NULL) {
        fprintf(stderr, "scope_preview: %s\n", error);
        return 3;
    }
    SDL_Surface *surface = SDL_CreateRGBSurfaceWithFormat(0, (int)o->look.width, (int)o->look.height, 32,
                                                          SDL_PIXELFORMAT_RGB888);
    struct canvas_sdl canvas;
    canvas_sdl_init(&canvas, surface, fonts);
    set_look(o, run);
    story_tell(&run->story, run->history, &run->check, &run->names);
    if (o->look.hovered_property > 0 &&
        story_explain(&run->check, &run->names, (enum check_property)o->look.hovered_property, explanation,
                      sizeof explanation))
        o->look.explanation = explanation;
    o->look.index = picture_index_new();
    picture_draw(&canvas.canvas, run->history, &run->story, &o->look);
    if (o->help)
        help_draw(&canvas.canvas, &window_keys_help,
                  &(struct help_look){o->look.width, o->look.height, o->look.scale, o->look.theme, 0});
    if (o->bench > 0)
        measure(o, &canvas.canvas, run);
    const int bad = o->out != NULL ? SDL_SaveBMP(surface, o->out) : 0;
    picture_index_destroy(&o->look.index);
    SDL_FreeSurface(surface);
    fonts_close(&fonts);
    return bad != 0 ? 3 : 0;
}

int main(int argc, char **argv) {
    struct options o = {.font_dir = "assets/fonts",
                        .follows = true,
                        .look = {.width = 1920,
                                 .height = 1080,
                                 .scale = 1,
                                 .until = HISTORY_NONE,
                                 .now = -1,
                                 .selected_row = -1,
                                 .hovered = HISTORY_NONE,
                                 .hovered_tool = -1,
                                 .title = "demo \u00b7 gms5"}};
    char error[4608] = "";
    int option, status = 3;
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
        if (!take(option, &o)) {
            fprintf(stderr, "scope_preview: see the head of tests/gui/scope_preview.c for the options\n");
            return 2;
        }
    struct run *run = calloc(1, sizeof *run);
    if (run == NULL || (run->history = history_new()) == NULL) {
        fprintf(stderr, "scope_preview: out of memory\n");
        free(run);
        return 3;
    }
    history_show_quiet(run->history, o.look.shows_quiet);
    const double start = processor_ms();
    if (o.made != NULL)
        make(run, o.made);
    if (o.made != NULL ||
        read_traces(run, (const char *const *)argv + optind, argc - optind, error, sizeof error)) {
        if (o.bench > 0)
            printf("%" PRIu32 " events in %.2f s\n", history_event_count(run->history),
                   (processor_ms() - start) / 1e3);
        status = draw(&o, run);
    } else {
        fprintf(stderr, "scope_preview: %s\n", error);
    }
    history_destroy(&run->history);
    free(run);
    return status;
}
