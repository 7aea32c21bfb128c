/* Colours as people see them who lack one kind of cone, and as a grey printer prints them.
 *
 * Protanopia and deuteranopia: Machado, Oliveira and Fernandes, A Physiologically-based Model for Simulation
 * of Color Vision Deficiency, 2009, severity 1, applied in linear light. Grey: relative luminance (WCAG 2.1).
 */
#ifndef TESTS_LIB_VISION_H
#define TESTS_LIB_VISION_H

#include "app/ui/canvas.h"

enum vision { VISION_FULL, VISION_PROTAN, VISION_DEUTAN, VISION_GREY, VISIONS };

const char *vision_name(enum vision);
enum vision vision_named(const char *); /* VISION_FULL if there is none of that name */
struct canvas_color vision_seen(struct canvas_color, enum vision);

#endif
