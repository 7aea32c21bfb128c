/* What is below the mouse, and what its buttons and its wheel do there. */
#include "app/scope/explain.h"
#include "app/scope/scope.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define DRAG_FROM       4.0f /* px at scale 1: less is a click that trembles */
#define ZOOM_OF_CLICK   1.25 /* of the wheel */
#define SCROLL_OF_CLICK 0.12 /* of the width */

static struct picture_hit hit_at(const struct scope *s, struct canvas *canvas, float x, float y) {
    return picture_hit(canvas, s->history, &s->story, &s->look, x, y);
}

/* -- Hovering -------------------------------------------------------------------------------------------- */

static const char *name_of(const struct scope *s, int row) {
    return row >= 0 && (uint32_t)row < history_row_count(s->history)
               ? history_row(s->history, (uint32_t)row)->name
               : "?";
}

static void explain(struct scope *s, const struct picture_hit *hit, char *text, size_t size) {
    switch (hit->part) {
    case PICTURE_EVENT: explain_event(s->history, hit->event, text, size); break;
    case PICTURE_PROPERTY:
        if (hit->property <= 0 || hit->property >= CHECK_PROPERTIES)
            break;
        if (!story_explain(scope_check(s), &s->names, (enum check_property)hit->property, text, size))
            explain_property(hit->property, s->story.property[hit->property], text, size);
        break;
    case PICTURE_TOOL: explain_tool((enum picture_tool)hit->tool, text, size); break;
    case PICTURE_LINK:
        explain_link(name_of(s, hit->row), name_of(s, hit->to_row),
                     links_of(&s->links, hit->row, hit->to_row), s->look.is_live, text, size);
        break;
    case PICTURE_ROW:
        if (s->look.is_live)
            snprintf(text, size,
                     hit->row == s->look.selected_row
                         ? "%s is selected: L loses the next message to it, P cuts it off, X lets it leave"
                         : "%s: click to select it for L, P, X and C",
                     name_of(s, hit->row));
        break;
    case PICTURE_SENTENCE:
    case PICTURE_NOWHERE:
    case PICTURE_DIAGRAM:
    case PICTURE_OVERVIEW: break;
    }
}

static void hover(struct scope *s, const struct picture_hit *hit) {
    char text[sizeof s->explanation] = "";
    const uint32_t event = hit->part == PICTURE_EVENT ? hit->event : s->marked;
    const int property = hit->part == PICTURE_PROPERTY ? hit->property : 0;
    const int tool = hit->part == PICTURE_TOOL ? hit->tool : -1;
    explain(s, hit, text, sizeof text);
    if (event == s->look.hovered && property == s->look.hovered_property && tool == s->look.hovered_tool &&
        strcmp(text, s->explanation) == 0)
        return;
    s->look.hovered = event;
    s->look.hovered_property = property;
    s->look.hovered_tool = tool;
    memcpy(s->explanation, text, sizeof text);
    s->dirty = true;
}

void scope_mouse_gone(struct scope *s) {
    s->has_mouse = false;
    s->held = PICTURE_NOWHERE;
    hover(s, &(struct picture_hit){.part = PICTURE_NOWHERE});
}

/* -- Dragging -------------------------------------------------------------------------------------------- */

static void drag(struct scope *s, struct canvas *canvas) {
    const float dx = s->mouse.x - s->held_x, dy = s->mouse.y - s->held_y;
    s->dragged |= fabsf(dx) + fabsf(dy) > DRAG_FROM * s->look.scale;
    if (!s->dragged)
        return;
    if (s->held == PICTURE_OVERVIEW) {
        const struct picture_hit hit = hit_at(s, canvas, s->mouse.x, s->held_y);
        if (hit.part == PICTURE_OVERVIEW)
            scope_look_at(s, hit.place);
    } else {
        scope_scroll_to(s, s->held_left - (double)dx / s->look.unit);
    }
}

void scope_mouse_move(struct scope *s, struct canvas *canvas, struct scope_mouse mouse) {
    s->mouse = mouse;
    s->has_mouse = true;
    s->hover_is_old = false;
    if (s->held != PICTURE_NOWHERE) {
        drag(s, canvas);
        return;
    }
    const struct picture_hit hit = hit_at(s, canvas, mouse.x, mouse.y);
    hover(s, &hit);
}

/* -- Clicking -------------------------------------------------------------------------------------------- */

void scope_select(struct scope *s, int row) {
    const bool none = row < 0 || (uint32_t)row >= history_row_count(s->history);
    s->look.selected_row = none ? -1 : row;
    snprintf(s->selected, sizeof s->selected, "%s", none ? "" : name_of(s, row));
    s->dirty = true;
}

static void use_tool(struct scope *s, enum picture_tool tool) {
    static const enum scope_command commands[PICTURE_TOOLS] = {
        [PICTURE_PAUSE] = SCOPE_PAUSE,       [PICTURE_BACK] = SCOPE_BACK,
        [PICTURE_PLAY] = SCOPE_PLAY,         [PICTURE_FORWARD] = SCOPE_FORWARD,
        [PICTURE_ZOOM_OUT] = SCOPE_ZOOM_OUT, [PICTURE_ZOOM_IN] = SCOPE_ZOOM_IN,
        [PICTURE_AXIS] = SCOPE_AXIS,         [PICTURE_QUIET] = SCOPE_QUIET,
        [PICTURE_LINKS] = SCOPE_LINKS,       [PICTURE_SCENARIOS] = SCOPE_SCENARIOS,
        [PICTURE_THEME] = SCOPE_THEME,       [PICTURE_SAVE] = SCOPE_SAVE,
        [PICTURE_HELP] = SCOPE_HELP,
    };
    if (tool < PICTURE_TOOLS)
        scope_do(s, commands[tool]);
}

/* What acts when the button goes down; the diagram is dragged, or nothing. */
static void press(struct scope *s, const struct picture_hit *hit) {
    switch (hit->part) {
    case PICTURE_SENTENCE: scope_go_to(s, s->story.event); break;
    case PICTURE_PROPERTY:
        if (hit->property > 0 && hit->property < CHECK_PROPERTIES &&
            s->story.property[hit->property] == CHECK_VIOLATED)
            scope_go_to(s, s->story.property_event[hit->property]);
        break;
    case PICTURE_ROW: scope_select(s, hit->row == s->look.selected_row ? -1 : hit->row); break;
    case PICTURE_TOOL: use_tool(s, (enum picture_tool)hit->tool); break;
    case PICTURE_OVERVIEW: scope_look_at(s, hit->place); break;
    case PICTURE_EVENT:
    case PICTURE_DIAGRAM:
    case PICTURE_LINK:
    case PICTURE_NOWHERE: break;
    }
}

void scope_mouse_down(struct scope *s, struct canvas *canvas, struct scope_mouse mouse,
                      enum scope_button button) {
    scope_mouse_move(s, canvas, mouse);
    const struct picture_hit hit = hit_at(s, canvas, mouse.x, mouse.y);
    if (hit.part == PICTURE_LINK)
        scope_click_link(s, hit.row, hit.to_row, button, mouse.shift);
    if (button != SCOPE_LEFT)
        return;
    s->marked = HISTORY_NONE;
    press(s, &hit);
    if (hit.part != PICTURE_EVENT && hit.part != PICTURE_DIAGRAM && hit.part != PICTURE_OVERVIEW)
        return;
    s->held = hit.part;
    s->dragged = hit.part == PICTURE_OVERVIEW;
    s->held_x = mouse.x;
    s->held_y = mouse.y;
    s->held_left = s->look.left;
}

void scope_mouse_up(struct scope *s, struct canvas *canvas, struct scope_mouse mouse) {
    s->held = PICTURE_NOWHERE;
    scope_mouse_move(s, canvas, mouse);
}

void scope_wheel(struct scope *s, struct canvas *canvas, struct scope_mouse mouse, float clicks) {
    const struct picture_hit hit = hit_at(s, canvas, mouse.x, mouse.y);
    const double wide = picture_diagram_width(&s->look) / s->look.unit;
    s->mouse = mouse;
    s->has_mouse = s->hover_is_old = true;
    if (hit.part == PICTURE_ROW) {
        const int rows = (int)history_row_count(s->history);
        const float most = fmaxf(0, (float)(rows - picture_rows_that_fit(&s->look, rows)));
        s->look.row_offset = fmaxf(0, fminf(most, s->look.row_offset - clicks));
        s->dirty = true;
    } else if (mouse.shift || hit.part == PICTURE_OVERVIEW) {
        scope_scroll_to(s, s->look.left - SCROLL_OF_CLICK * wide * (double)clicks);
    } else if (hit.part == PICTURE_EVENT || hit.part == PICTURE_DIAGRAM) {
        scope_zoom(s, pow(ZOOM_OF_CLICK, (double)clicks), hit.place);
    }
}
