/* What colour does the screen show there?
 *
 *     pixel X Y            one pixel of the root window, as #rrggbb
 *     pixel WINDOW FX FY   of a window, at fractions of its size, as it is on the screen
 *     pixel WINDOW         one number for all of a window's pixels: another picture, another number
 */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <X11/Xlib.h>
#include <X11/Xutil.h>

static int print_all(Display *display, Window window) {
    XWindowAttributes size;
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    if (!XGetWindowAttributes(display, window, &size))
        return 1;
    XImage *image =
        XGetImage(display, window, 0, 0, (unsigned)size.width, (unsigned)size.height, AllPlanes, ZPixmap);
    if (!image)
        return 1;
    const size_t bytes = (size_t)image->bytes_per_line * (size_t)image->height;
    for (size_t i = 0; i < bytes; i++)
        hash = (hash ^ (uint8_t)image->data[i]) * 1099511628211u;
    printf("%016" PRIx64 "\n", hash);
    XDestroyImage(image);
    return 0;
}

int main(int argc, char **argv) {
    Display *display = XOpenDisplay(NULL);
    if (!display || argc < 2 || argc > 4) {
        fprintf(stderr, "usage: pixel X Y | pixel WINDOW FX FY | pixel WINDOW\n");
        return 2;
    }
    if (argc == 2)
        return print_all(display, strtoul(argv[1], NULL, 0));
    const Window root = DefaultRootWindow(display);
    int x = atoi(argv[1]), y = atoi(argv[2]);
    if (argc == 4) {
        const Window window = strtoul(argv[1], NULL, 0);
        XWindowAttributes size;
        Window child;
        if (!XGetWindowAttributes(display, window, &size))
            return 1;
        x = (int)(atof(argv[2]) * size.width);
        y = (int)(atof(argv[3]) * size.height);
        XTranslateCoordinates(display, window, root, x, y, &x, &y, &child);
    }
    XImage *image = XGetImage(display, root, x, y, 1, 1, AllPlanes, ZPixmap);
    if (!image)
        return 1;
    printf("#%06lx\n", XGetPixel(image, 0, 0) & 0xffffff);
    XDestroyImage(image);
    XCloseDisplay(display);
    return 0;
}
