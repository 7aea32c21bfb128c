/* Starting workers: their places on the screen, their command lines, and whose turn it is to join. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/launcher_state.h"
#include "app/ui/placing.h"

#define AWAIT_SCOPE "1s"

static void spell_place(const struct launcher *l, const struct child *child, char text[PLACE_TEXT_SIZE]) {
    const enum placing_area area = l->has_scope ? PLACING_UPPER : PLACING_WHOLE;
    place_spell(&(struct place){area, child->slot, l->tiles}, text);
}

void launcher_place_all(struct launcher *l) {
    char text[PLACE_TEXT_SIZE];
    for (int i = 0; i < l->child_count; i++) {
        if (l->children[i].slot < 0)
            continue;
        spell_place(l, &l->children[i], text);
        child_tell(&l->children[i], "tile %s", text);
    }
}

/* The lowest free tile; when there is none the grid grows, and everybody gets a new place. */
static int take_slot(struct launcher *l) {
    bool taken[CHILDREN_MAX + 1] = {false};
    int slot = 0;
    for (int i = 0; i < l->child_count; i++) {
        if (l->children[i].slot >= 0)
            taken[l->children[i].slot] = true;
    }
    while (taken[slot])
        slot++;
    if (slot < l->tiles)
        return slot;
    l->tiles = slot + 1;
    launcher_place_all(l);
    return slot;
}

/* Somebody may have started a worker of that name by hand meanwhile. */
static bool name_is_free(const struct launcher *l, const char *name) {
    struct registry_entry *entries = calloc(REGISTRY_ENTRIES_MAX, sizeof *entries);
    const size_t count = entries ? registry_list(&l->registry, entries, REGISTRY_ENTRIES_MAX) : 0;
    bool taken = false;
    for (size_t i = 0; i < count; i++)
        taken = taken || strcmp(entries[i].address.name, name) == 0;
    free(entries);
    return !taken;
}

/* NULL: there is no more room. A number whose name is taken is left out, as if that one had gone; when the
 * first ones start nobody else is there. */
static struct child *next_child(struct launcher *l) {
    for (; l->child_count < CHILDREN_MAX; l->child_count++) {
        struct child *child = &l->children[l->child_count];
        memset(child, 0, sizeof *child);
        snprintf(child->name, sizeof child->name, "w%d", l->child_count + 1);
        if ((uint64_t)l->child_count < l->config->members || name_is_free(l, child->name))
            return child;
        child->state = CHILD_GONE;
        child->slot = child->process.in = child->process.out = -1;
    }
    return NULL;
}

bool launcher_start_worker(struct launcher *l, char *error, size_t error_size) {
    const struct launcher_config *c = l->config;
    char mean[32], await[16], seed[32], risk[32], loss[32], tile[PLACE_TEXT_SIZE];
    struct member_options_words member;
    struct child *child = next_child(l);
    if (!child) {
        snprintf(error, error_size, "no more than %d workers in one run", CHILDREN_MAX);
        return false;
    }
    child->slot = take_slot(l);
    snprintf(mean, sizeof mean, "%" PRIu64 "ms", l->mean_ms);
    snprintf(seed, sizeof seed, "%" PRIu64, c->seed * 1000 + (uint64_t)l->child_count + 1);
    snprintf(risk, sizeof risk, "%" PRIu64, c->risk);
    snprintf(loss, sizeof loss, "%" PRIu64, l->loss_percent);
    spell_place(l, child, tile);
    member_options_spell(&c->member, &member);
    const char *argv[48] = {"groupy", "worker",    "--managed",
                            "--name", child->name, "--group",
                            c->group, "--rung",    gms_rung_name(c->rung),
                            "--mean", mean,        "--seed",
                            seed,     "--run",     l->run,
                            "--risk", risk,        "--loss",
                            loss,     "--tile",    tile};
    int argc = 21;
    for (const char *const *word = member.word; *word; word++)
        argv[argc++] = *word;
    if (c->headless)
        argv[argc++] = "--headless";
    if (c->dark)
        argv[argc++] = "--dark";
    if (c->reduced_motion)
        argv[argc++] = "--reduced-motion";
    const int listeners = l->has_scope + (l->video.runs && !l->video.ends);
    if (listeners > 0) { /* they are to see the run from the beginning */
        snprintf(await, sizeof await, "%d", listeners);
        argv[argc++] = "--await-scope";
        argv[argc++] = AWAIT_SCOPE;
        argv[argc++] = "--await-count";
        argv[argc++] = await;
    }
    if (c->out) {
        argv[argc++] = "--out";
        argv[argc++] = c->out;
    }
    if (c->trace_dir) {
        argv[argc++] = "--trace";
        argv[argc++] = c->trace_dir;
    }
    argv[argc] = NULL;
    if (!spawn(c->program, (char *const *)argv, &child->process, error, error_size)) {
        child->slot = -1;
        return false;
    }
    l->child_count++;
    return true;
}

/* In a large group, whose order nobody could tell anyway, several are on their way into it at once. */
#define LARGE       16
#define GOING_LARGE 8

void launcher_let_go(struct launcher *l) {
    char line[1000] = "go";
    bool founded = false, starting = false;
    int contacts = 0, going = 0;
    const int going_max = l->config->members > LARGE ? GOING_LARGE : 1;
    for (int i = 0; i < l->child_count; i++) {
        struct child *child = &l->children[i];
        switch (child->state) {
        case CHILD_STARTING: /* one after the other, in the order of their names */
            if (going_max == 1)
                return;
            starting = true;
            break;
        case CHILD_GOING:
            if (!founded || ++going == going_max)
                return;
            break;
        case CHILD_MEMBER:
            founded = true;
            if (contacts < 3) {
                const size_t used = strlen(line);
                snprintf(line + used, sizeof line - used, " %s", child->endpoint);
                contacts++;
            }
            break;
        case CHILD_RETURNING: founded = true; break;
        case CHILD_GONE: founded = founded || child->id != GMS_NOBODY; break;
        case CHILD_READY:
            if (founded ? contacts == 0 : starting)
                return; /* nobody is left to join; or who is to found the group starts still */
            child_tell(child, "%s", line);
            child->state = CHILD_GOING;
            if (!founded || ++going == going_max)
                return;
            break;
        }
    }
}
