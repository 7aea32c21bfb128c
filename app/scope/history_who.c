/* Who is who in a history: incarnations by their ids, names, and the few texts that come again and again. */
#include "app/scope/history_state.h"

#include <stdlib.h>
#include <string.h>

/* -- Lines ----------------------------------------------------------------------------------------------- */

/* The slot that holds its index + 1, or the free one where it would go. */
static uint16_t *slot_of(const struct history *h, gms_id id) {
    uint32_t slot = (uint32_t)((id * 0x9e3779b97f4a7c15u) >> 32) % LINE_SLOTS;
    while (h->line_slots[slot] != 0 && h->lines[h->line_slots[slot] - 1].id != id)
        slot = (slot + 1) % LINE_SLOTS;
    return (uint16_t *)&h->line_slots[slot];
}

uint16_t history_line_of(const struct history *h, gms_id id) {
    const uint16_t slot = id != GMS_NOBODY ? *slot_of(h, id) : 0;
    return slot > 0 ? (uint16_t)(slot - 1) : HISTORY_NOBODY;
}

uint16_t history_meet(struct history *h, gms_id id) {
    if (id == GMS_NOBODY)
        return HISTORY_NOBODY;
    uint16_t *slot = slot_of(h, id);
    if (*slot > 0)
        return (uint16_t)(*slot - 1);
    if (h->line_count == HISTORY_LINES_MAX)
        return HISTORY_NOBODY;
    const uint16_t line = (uint16_t)h->line_count++;
    h->lines[line] =
        (struct history_line){.id = id, .row = HISTORY_NOBODY, .first = HISTORY_NONE, .last = HISTORY_NONE};
    h->lives[line] = (struct life){.crash = HISTORY_NONE};
    *slot = (uint16_t)(line + 1);
    return line;
}

/* -- Names ----------------------------------------------------------------------------------------------- */

static struct history_row *row_of(const struct history *h, const char *name) {
    for (uint32_t i = 0; i < h->row_count; i++) {
        if (strcmp(h->rows[i].name, name) == 0)
            return (struct history_row *)&h->rows[i];
    }
    return NULL;
}

uint16_t history_who(struct history *h, const char *name) {
    const struct history_row *row = row_of(h, name);
    return row ? row->line : HISTORY_NOBODY;
}

static uint16_t moved(uint16_t row, uint32_t at) {
    return row != HISTORY_NOBODY && row >= at ? (uint16_t)(row + 1) : row;
}

/* Those behind it move one down. */
static struct history_row *insert_row(struct history *h, const char *name) {
    uint32_t at = 0;
    while (at < h->row_count && address_name_compare(h->rows[at].name, name) < 0)
        at++;
    memmove(h->rows + at + 1, h->rows + at, (h->row_count - at) * sizeof h->rows[0]);
    memmove(h->row_last + at + 1, h->row_last + at, (h->row_count - at) * sizeof h->row_last[0]);
    for (uint32_t i = 0; i < h->line_count; i++)
        h->lines[i].row = moved(h->lines[i].row, at);
    for (uint32_t i = 0; i < h->cut_count; i++) {
        h->cuts[i].from = moved(h->cuts[i].from, at);
        h->cuts[i].to = moved(h->cuts[i].to, at);
    }
    h->layout += at < h->row_count;
    h->row_count++;
    h->row_last[at] = HISTORY_NONE;
    h->rows[at] = (struct history_row){0};
    strncpy(h->rows[at].name, name, sizeof h->rows[at].name - 1);
    return &h->rows[at];
}

/* What happened to it while it had no name stays off the picture's rows, and is few. */
void history_name_line(struct history *h, uint16_t line, const char *name) {
    if (h->lines[line].row != HISTORY_NOBODY || !name || address_name_error(name) != NULL)
        return;
    struct history_row *row = row_of(h, name);
    if (!row) {
        if (h->row_count == HISTORY_ROWS_MAX)
            return;
        row = insert_row(h, name);
        row->line = line;
    }
    h->lines[line].row = (uint16_t)(row - h->rows);
    if (h->lives[line].speaks)
        row->line = line;
    if (h->row_last[row - h->rows] == HISTORY_NONE)
        h->row_last[row - h->rows] = h->lines[line].last;
}

void history_name(struct history *h, gms_id id, const char *name) {
    const uint16_t line = history_meet(h, id);
    if (line != HISTORY_NOBODY)
        history_name_line(h, line, name);
}

const char *history_line_name(const struct history *h, uint16_t line) {
    const uint16_t row = line < h->line_count ? h->lines[line].row : HISTORY_NOBODY;
    return row != HISTORY_NOBODY ? h->rows[row].name : "?";
}

/* -- Texts ----------------------------------------------------------------------------------------------- */

uint32_t history_intern(struct history *h, const char *text) {
    char clean[TEXT_SIZE] = "";
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; text[i] && i + 1 < sizeof clean; i++) {
        clean[i] = (unsigned char)text[i] < ' ' || text[i] == 0x7f ? '?' : text[i];
        hash = (hash ^ (unsigned char)clean[i]) * 0x100000001b3u;
    }
    if (!clean[0])
        return 0;
    uint32_t slot = (uint32_t)(hash >> 32) % TEXT_SLOTS;
    while (h->text_slots[slot] > 0 && strcmp(h->texts[h->text_slots[slot] - 1], clean) != 0)
        slot = (slot + 1) % TEXT_SLOTS;
    if (h->text_slots[slot] > 0)
        return h->text_slots[slot];
    if (h->text_count == HISTORY_TEXTS_MAX || !(h->texts[h->text_count] = strdup(clean)))
        return h->text_count;
    h->text_slots[slot] = (uint16_t)++h->text_count;
    return h->text_count;
}
