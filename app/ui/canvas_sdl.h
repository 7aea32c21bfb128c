/* The canvas on an SDL surface: a window's, or one in memory that is written to a file. No renderer and
 * no OpenGL: a worker's window costs its pixels and little more. */
#ifndef APP_UI_CANVAS_SDL_H
#define APP_UI_CANVAS_SDL_H

#include "app/ui/canvas.h"
#include "app/ui/fonts.h"

struct SDL_Surface;

struct canvas_sdl {
    struct canvas canvas; /* first: a pointer to it is a pointer to this */
    struct SDL_Surface *surface;
    struct fonts *fonts;
};

/* Both are borrowed and must outlive the canvas. The surface has 32 bits a pixel and needs no lock. */
void canvas_sdl_init(struct canvas_sdl *, struct SDL_Surface *, struct fonts *);

#endif
