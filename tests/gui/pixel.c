/* What colour does the screen show there?
 *
 *     pixel X Y            one pixel of the root window, as #rrggbb
 *     pixel WINDOW FX FY   of a window, at fractions of its size, as it is on the screen
 */
#include <stdio.h>
#include <stdlib.h>

#include <X11/Xlib.h>
#include <X11/Xutil.h>

int main(int argc, char **argv) {
    Display *display = XOpenDisplay(NULL);
    if (!display || (argc != 3 && argc != 4)) {
        fprintf(stderr, "usage: pixel X Y | pixel WINDOW FX FY\n");
        return 2;
    }
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
