/* From the delivery of a change in the actor to the changed pixel on the screen.
 *
 *     bench_pixel TRACE_FILE WINDOW SECONDS
 *
 * Watches one pixel of a worker's window (start it with --reduced-motion), notes when it changes, and pairs
 * that with the `deliver` records of the worker's trace: both clocks are CLOCK_MONOTONIC. Prints p50 and p99.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <X11/Xlib.h>
#include <X11/Xutil.h>

#include "app/trace_file.h"
#include "net/zmq/clock.h"

#define SAMPLES_MAX 100000

static struct {
    gms_time t;
    unsigned long color;
} seen[SAMPLES_MAX];

static size_t watch(Display *display, Window window, double seconds) {
    XWindowAttributes size;
    size_t count = 0;
    const gms_time end = clock_now() + (gms_time)(seconds * 1e9);
    const struct timespec pause = {.tv_nsec = 200000};
    unsigned long last = 0xff000000;
    if (!XGetWindowAttributes(display, window, &size))
        return 0;
    while (clock_now() < end && count < SAMPLES_MAX) {
        XImage *image =
            XGetImage(display, window, size.width * 6 / 10, size.height * 22 / 100, 1, 1, AllPlanes, ZPixmap);
        if (!image)
            break;
        const unsigned long color = XGetPixel(image, 0, 0) & 0xffffff;
        XDestroyImage(image);
        if (color != last) {
            seen[count].t = clock_now();
            seen[count++].color = color;
            last = color;
        }
        nanosleep(&pause, NULL);
    }
    return count;
}

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

int main(int argc, char **argv) {
    static double delays[SAMPLES_MAX];
    size_t paired = 0, delivered = 0, capacity = 0;
    char *text = NULL, error[100];
    ssize_t size;
    Display *display = XOpenDisplay(NULL);
    if (argc != 4 || !display) {
        fprintf(stderr, "usage: bench_pixel TRACE_FILE WINDOW SECONDS, with a display\n");
        return 2;
    }
    const size_t count = watch(display, strtoul(argv[2], NULL, 0), atof(argv[3]));
    FILE *file = fopen(argv[1], "r");
    while (file && (size = getline(&text, &capacity, file)) > 0) {
        struct trace_line line;
        if (!trace_line_parse(&line, text, (size_t)size, error, sizeof error))
            continue;
        const struct trace_record *r = &line.record;
        if (!line.header && r->ev == TRACE_DELIVER && r->n > 0 && count > 0 && r->t > seen[0].t &&
            r->t < seen[count - 1].t) {
            const unsigned long color = (unsigned long)r->state.color[0] << 16 |
                                        (unsigned long)r->state.color[1] << 8 | r->state.color[2];
            delivered++;
            for (size_t i = 0; i < count; i++) {
                if (seen[i].color == color && seen[i].t >= r->t && seen[i].t < r->t + 500000000u) {
                    delays[paired++] = (double)(seen[i].t - r->t) / 1e6;
                    break;
                }
            }
        }
        trace_line_free(&line);
    }
    if (paired == 0)
        return 1;
    qsort(delays, paired, sizeof *delays, by_value);
    printf(
        "%zu of %zu changes seen on the screen; delivery to pixel: p50 %.2f ms, p99 %.2f ms, max %.2f ms\n",
        paired, delivered, delays[paired / 2], delays[paired * 99 / 100], delays[paired - 1]);
    return 0;
}
