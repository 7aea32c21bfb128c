/* What a frame of the scope costs to draw: 300 arrows, 5 ribbons and 5 lifelines on 1920x1080, in memory.
 *
 *     bench_canvas [frames]
 */
#include "app/ui/canvas_sdl.h"

#include <SDL.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define WIDTH  1920
#define HEIGHT 1080
#define ROWS   5

static double now_ms(void) {
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static float row(int i) {
    return 150 + 170 * (float)i;
}

static void frame(struct canvas *c, int shift) {
    const struct canvas_color back = {0xf2, 0xf2, 0xef, 255}, ink = {0, 0, 0, 255};
    const struct canvas_pen solid = {.width = 2, .color = ink};
    const struct canvas_pen dashed = {.width = 2, .color = ink, .dash = 8, .gap = 5};
    canvas_rect(c, (struct canvas_rect){0, 0, WIDTH, HEIGHT}, back);
    for (int i = 0; i < 5; i++) /* views, as bands across their members */
        canvas_rect(c, (struct canvas_rect){200 + 350 * (float)i, 100, 60, 800},
                    (struct canvas_color){0x40, 0x60, 0xa0, 60});
    for (int i = 0; i < ROWS; i++)
        canvas_rect(c, (struct canvas_rect){100, row(i) - 6, WIDTH - 100, 12},
                    (struct canvas_color){0x40, 0xa0, 0x60, 255});
    for (int i = 0; i < 300; i++) {
        const int from = i % ROWS, to = (i + 1 + i / ROWS % (ROWS - 1)) % ROWS;
        const float x = 110 + (float)((i * 97 + shift) % 1700);
        const struct canvas_point a = {x, row(from)}, b = {x + 20 + (float)(i % 60), row(to)};
        canvas_arrow(c, a, b, i % 10 == 0 ? &dashed : &solid,
                     i % 7 == 0 ? CANVAS_HEAD_HOLLOW : CANVAS_HEAD_SOLID, 11);
    }
}

int main(int argc, char **argv) {
    const int frames = argc > 1 ? atoi(argv[1]) : 100;
    SDL_Surface *surface = SDL_CreateRGBSurfaceWithFormat(0, WIDTH, HEIGHT, 32, SDL_PIXELFORMAT_RGB888);
    if (surface == NULL || frames < 1)
        return 2;
    struct canvas_sdl canvas;
    canvas_sdl_init(&canvas, surface, NULL);
    frame(&canvas.canvas, 0);
    const double start = now_ms();
    for (int i = 0; i < frames; i++)
        frame(&canvas.canvas, 7 * i);
    printf("%.2f ms a frame\n", (now_ms() - start) / frames);
    SDL_FreeSurface(surface);
    return 0;
}
