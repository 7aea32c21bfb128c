/* Whether all texts of a picture can be read, judged by the pixels that are behind each of them when it is
 * drawn, and by what is drawn over it later: whatever the drawing did, arrows, plates, hatching, half
 * transparent.
 */
#ifndef TESTS_LIB_LOOKS_H
#define TESTS_LIB_LOOKS_H

#include "app/ui/canvas.h"
#include "app/ui/fonts.h"

/* A canvas for one picture; the fonts are borrowed until looks_judge(). One at a time. */
struct canvas *looks_begin(int width, int height, struct fonts *);

/* Fails the test, and names the text, where more than a small part of what is behind it has a contrast below
 * 4.5 to it (WCAG 2.1 AA), or where something was drawn over it, which is allowed if a panel lies over the
 * picture (is_overlaid). Returns how many texts there are. */
int looks_judge(bool is_overlaid, const char *where);

void looks_free(void);

#endif
