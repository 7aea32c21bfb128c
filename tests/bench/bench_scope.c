/* What a long run costs in the scope: to open it, and to scrub through it, in the window itself.
 *
 *     bench_scope TRACE...
 *
 * Prints how long the reading takes, how many frames were drawn meanwhile, and what one frame costs (drawn
 * and handed to the screen) while the whole run is scrubbed through at several zooms, on both axes. Needs a
 * display.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/scope/scope.h"
#include "app/ui/screen.h"

#define FRAMES     200
#define BUDGET_MS  40
#define PICTURE_MS 120

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static double frame(struct screen *screen, struct scope *scope) {
    struct screen_size size;
    SDL_Event event;
    while (SDL_PollEvent(&event)) {
    }
    const double start = now_ms();
    struct canvas *canvas = screen_begin(screen, &size);
    if (!canvas)
        return 0;
    scope_resize(scope, size.width, size.height, size.scale);
    scope_tick(scope, (uint64_t)start);
    scope_draw(scope, canvas);
    screen_end(screen);
    return now_ms() - start;
}

static int by_size(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* From the beginning to the end in so many frames. */
static void scrub(struct screen *screen, struct scope *scope, const char *what) {
    static double cost[FRAMES];
    double sum = 0;
    for (int i = 0; i < FRAMES; i++) {
        const double end = history_end(scope->history, scope->look.axis);
        scope_look_at(scope, end * (i + 0.5) / FRAMES);
        sum += cost[i] = frame(screen, scope);
    }
    qsort(cost, FRAMES, sizeof cost[0], by_size);
    printf("%-28s mean %5.1f ms, p50 %5.1f, p95 %5.1f, worst %5.1f: %.0f frames a second\n", what,
           sum / FRAMES, cost[FRAMES / 2], cost[FRAMES * 95 / 100], cost[FRAMES - 1], 1000 * FRAMES / sum);
}

/* What is below the mouse, all over the diagram. */
static void point(struct screen *screen, struct scope *scope) {
    const int columns = 40, rows = 25;
    const double start = now_ms();
    for (int i = 0; i < columns * rows; i++) {
        const struct scope_mouse mouse = {
            .x = scope->look.width * ((float)(i % columns) + 0.5f) / (float)columns,
            .y = scope->look.height * ((float)i / (float)columns + 0.5f) / (float)rows};
        scope_mouse_move(scope, &screen->canvas.canvas, mouse);
    }
    printf("%-28s %.2f ms\n", "  pointing at it", (now_ms() - start) / (columns * rows));
    scope_mouse_gone(scope);
}

static void scrub_at_zooms(struct screen *screen, struct scope *scope, const char *axis) {
    char what[64];
    static const double shares[] = {1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1};
    for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
        const double end = history_end(scope->history, scope->look.axis);
        const double unit = picture_diagram_width(&scope->look) / (end * shares[i]);
        scope_zoom(scope, unit / scope->look.unit, 0);
        snprintf(what, sizeof what, "%s, %g %% of it in sight", axis, 100 * shares[i]);
        scrub(screen, scope, what);
        point(screen, scope);
    }
}

static void load(struct screen *screen, struct scope *scope, struct source *source) {
    const double start = now_ms();
    double drawn = 0, drawing = 0;
    int frames = 0;
    bool goes_on = true;
    while (goes_on) {
        goes_on = source_read(source, BUDGET_MS);
        scope_read_on(scope, goes_on, source_unfinished(source), source_progress(source));
        if (now_ms() - drawn < PICTURE_MS)
            continue;
        drawing += frame(screen, scope);
        drawn = now_ms();
        frames++;
    }
    printf("%u events read in %.0f ms, of which %.0f for %d frames\n", history_event_count(scope->history),
           now_ms() - start, drawing, frames);
}

int main(int argc, char **argv) {
    char error[4608] = "", fonts[4096];
    struct screen screen = {.sdl = NULL};
    const char *assets = getenv("GROUPY_ASSETS");
    snprintf(fonts, sizeof fonts, "%s/fonts", assets ? assets : "assets");
    const struct screen_config config = {.font_dir = fonts,
                                         .title = "Groupy scope",
                                         .instead = "use Xvfb",
                                         .smallest = 200,
                                         .fullscreen = true};
    struct scope *scope = scope_new();
    if (!scope || argc < 2 || !screen_open(&screen, &config, error, sizeof error)) {
        fprintf(stderr, "bench_scope TRACE...: %s\n", error);
        return 3;
    }
    const struct source_handler handler = scope_handler(scope);
    struct source *source =
        source_open_traces((const char *const *)argv + 1, argc - 1, &handler, error, sizeof error);
    if (!source) {
        fprintf(stderr, "bench_scope: %s\n", error);
        return 3;
    }
    for (int i = 0; i < 5; i++) { /* the window manager takes its time */
        frame(&screen, scope);
        SDL_Delay(100);
    }
    load(&screen, scope, source);
    printf("the first frame then: %.1f ms, on %.0fx%.0f\n", frame(&screen, scope), (double)scope->look.width,
           (double)scope->look.height);
    scrub_at_zooms(&screen, scope, "steps");
    scope_set_axis(scope, HISTORY_TIME);
    scrub_at_zooms(&screen, scope, "time");
    source_close(&source);
    screen_close(&screen);
    scope_destroy(&scope);
    return 0;
}
