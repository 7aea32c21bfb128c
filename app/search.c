/* See search.h. */
#include "app/search.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/witness.h"

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number) {
    (void)number;
    interrupted = 1;
}

static void catch_interrupt(int flags) {
    const struct sigaction stop = {.sa_handler = on_interrupt, .sa_flags = flags};
    struct sigaction hangup;
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN) /* as nohup has it */
        sigaction(SIGHUP, &stop, NULL);
}

void search_catch_interrupt(void) {
    catch_interrupt((int)SA_RESETHAND);
}

void search_catch_interrupts(void) {
    catch_interrupt(0);
}

bool search_interrupted(void) {
    return interrupted != 0;
}

int search_changes(enum gms_rung_id rung) {
    return rung == GMS_RUNG_5 ? 1 : 2;
}

int search_members(enum explore_fault fault, int members) {
    return fault == EXPLORE_JOIN ? members - 1 : members;
}

void search_show_progress(const char *what, const struct explore_progress *p) {
    if (!isatty(STDERR_FILENO) || p->seconds < 0.2)
        return;
    fprintf(stderr,
            "\r\033[K%s: %" PRIu64 " generated, %" PRIu64 " distinct, depth %d, %.2f million a second%s%s",
            what, p->generated, p->distinct, p->depth, (double)p->distinct / p->seconds / 1e6,
            p->worst != EXPLORE_SYNC ? ", found: " : "",
            p->worst != EXPLORE_SYNC ? explore_verdict_name(p->worst) : "");
    fflush(stderr);
}

void search_clear_progress(void) {
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[K");
}

bool search_write_witness(struct search_cell *cell, const char *path, char *error, size_t error_size) {
    enum explore_verdict verdict;
    const struct witness witness = {.rung = cell->rung,
                                    .fault = cell->fault,
                                    .members = search_members(cell->fault, cell->members),
                                    .trace_path = path,
                                    .step_count = cell->result.step_count,
                                    .steps = cell->result.steps};
    if (!witness_take(&witness, &verdict, error, error_size))
        return false;
    if (verdict != cell->result.verdict) {
        snprintf(error, error_size, "the checker says %s of %s, the search %s: please report this",
                 explore_verdict_name(verdict), path, explore_verdict_name(cell->result.verdict));
        return false;
    }
    snprintf(cell->witness, sizeof cell->witness, "%s", path);
    return true;
}

json_t *search_json(const struct search_cell *cell) {
    const struct explore_result *r = &cell->result;
    json_t *object = json_pack(
        "{s:s, s:s, s:i, s:i, s:s, s:b, s:I, s:I, s:i, s:f, s:o}", "rung", gms_rung_name(cell->rung), "fault",
        explore_fault_name(cell->fault), "members", cell->members, "changes", cell->changes, "verdict",
        explore_verdict_name(r->verdict), "complete", (int)r->complete, "states", (json_int_t)r->generated,
        "distinct", (json_int_t)r->distinct, "depth", r->depth, "seconds", r->seconds, "witness",
        cell->witness[0] ? json_string(cell->witness) : json_null());
    if (r->incomplete)
        json_object_set_new(object, "incomplete", json_string(r->incomplete));
    return object;
}
