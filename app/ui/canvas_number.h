/* Numbers in files of vectors. */
#ifndef APP_UI_CANVAS_NUMBER_H
#define APP_UI_CANVAS_NUMBER_H

#include <stdio.h>

/* In as few characters as a hundredth of a unit takes, and no farther from the corner than that. */
void canvas_write_number(FILE *, const char *before, float value, float farthest, const char *after);

#endif
