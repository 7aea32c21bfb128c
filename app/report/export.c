/* Reads the traces twice and lets a format write what they say. */
#include "app/report/export_parts.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/report/out_file.h"

static const struct export_format *const formats[] = {&export_shiviz, &export_perfetto, &export_otlp,
                                                      &export_mermaid, &export_csv};
#define FORMATS (sizeof formats / sizeof formats[0])

const struct export_format *export_find(const char *name) {
    for (size_t i = 0; i < FORMATS; i++) {
        if (strcmp(formats[i]->name, name) == 0)
            return formats[i];
    }
    return NULL;
}

const char *export_names(void) {
    static char names[64];
    names[0] = '\0';
    for (size_t i = 0; i < FORMATS; i++)
        snprintf(names + strlen(names), sizeof names - strlen(names), "%s%s",
                 i == 0            ? ""
                 : i < FORMATS - 1 ? ", "
                                   : " or ",
                 formats[i]->name);
    return names;
}

/* -- Time ------------------------------------------------------------------------------------------------ */

/* "2026-05-01T12:00:00Z" as seconds since 1970; 0 if it is none. */
static uint64_t parse_start(const char *text) {
    int year, month, day, hour, minute, second;
    if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2dZ", &year, &month, &day, &hour, &minute, &second) != 6 ||
        year < 1970 || month < 1 || month > 12)
        return 0;
    /* Days of the Gregorian calendar, counted from March, when the leap day is the last of the year. */
    const int64_t y = month > 2 ? year : year - 1, m = (month + 9) % 12;
    const int64_t days = 365 * y + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 + day - 1 - 719468;
    const int64_t seconds = ((days * 24 + hour) * 60 + minute) * 60 + second;
    return seconds > 0 ? (uint64_t)seconds : 0;
}

/* Processes of one machine share its clock, so one start does for all; machines have nothing in common but
 * the time of day, to a second. */
struct clocks {
    bool *known; /* by file */
    bool shared;
    bool any;
    uint64_t base;
};

static void learn_time(struct export *x, struct clocks *c, const struct trace_merge *merge,
                       const struct trace_record *r) {
    if (x->live && r->t == 0)
        return;
    if (!c->known[r->file]) {
        const uint64_t start = parse_start(trace_merge_start(merge, r->file)) * 1000000000u;
        x->base[r->file] = c->shared && c->any ? c->base : start - r->t;
        c->base = x->base[r->file];
        c->known[r->file] = c->any = true;
    }
    const gms_time now = export_unix_ns(x, r);
    x->begin = now < x->begin ? now : x->begin;
    x->end = now > x->end ? now : x->end;
}

/* -- The first reading ----------------------------------------------------------------------------------- */

static bool fail(char *error, size_t error_size, const char *what) {
    snprintf(error, error_size, "%s", what);
    return false;
}

static bool learn(struct export *x, const struct trace_line *line) {
    const struct trace_record *r = &line->record;
    bool ok = export_who_meet(&x->who, export_subject(r), export_subject(r) == r->id ? line->who : NULL,
                              r->id != GMS_NOBODY || r->ev != TRACE_EXIT);
    if (r->peer != GMS_NOBODY)
        ok = ok && export_who_meet(&x->who, r->peer, NULL, false);
    if (r->m_origin != GMS_NOBODY)
        ok = ok && export_who_meet(&x->who, r->m_origin, NULL, false);
    for (uint32_t i = 0; i < r->member_count; i++)
        ok = ok && export_who_meet(&x->who, r->members[i], line->member_names[i], false);
    return ok;
}

/* A JOIN goes to an address, whose owner is known when it is received. */
static void learn_address(struct export *x, struct export_transit *joins, const struct trace_record *r) {
    const uint32_t peer = export_who_of(&x->who, r->peer);
    gms_id *address;
    if (r->ev == TRACE_SEND && r->peer != GMS_NOBODY && x->who.member[peer].name[0] == '\0' &&
        (address = export_transit_put(joins, r)))
        *address = r->peer;
    if (r->ev == TRACE_RECV && (address = export_transit_take(joins, r)))
        x->who.member[export_who_of(&x->who, *address)].same_as = r->id;
}

static bool learn_all(struct export *x, struct trace_merge *merge, struct clocks *clocks,
                      struct export_transit *joins, const volatile sig_atomic_t *stop, char *error,
                      size_t error_size) {
    const struct trace_line *line;
    enum trace_merge_next next;
    uint64_t records = 0;
    while ((next = trace_merge_next(merge, &line, error, error_size)) == TRACE_MERGE_RECORD) {
        learn_time(x, clocks, merge, &line->record);
        records++;
        if (!learn(x, line)) {
            snprintf(error, error_size, "more than %d incarnations: that is more than one run",
                     CHECK_MEMBERS_MAX);
            return false;
        }
        learn_address(x, joins, &line->record);
        if (*stop)
            return fail(error, error_size, "interrupted");
    }
    if (next == TRACE_MERGE_END && records == 0)
        return fail(error, error_size, "the traces have no record: nothing happened in this run");
    return next == TRACE_MERGE_END;
}

static bool read_first(struct export *x, struct trace_merge *merge, const volatile sig_atomic_t *stop,
                       char *error, size_t error_size) {
    uint32_t files;
    trace_merge_files(merge, &files);
    struct clocks clocks = {.known = calloc(files, sizeof *clocks.known),
                            .shared = trace_merge_by_clock(merge)};
    struct export_transit *joins = export_transit_new(sizeof(gms_id), NULL, NULL);
    x->base = calloc(files, sizeof *x->base);
    x->begin = UINT64_MAX;
    const bool ok = clocks.known && joins && x->base
                        ? learn_all(x, merge, &clocks, joins, stop, error, error_size)
                        : fail(error, error_size, "out of memory");
    x->begin = x->begin < UINT64_MAX ? x->begin : 0;
    x->cut = trace_merge_cut(merge);
    free(clocks.known);
    export_transit_free(&joins);
    export_who_settle(&x->who);
    return ok;
}

/* -- The second ------------------------------------------------------------------------------------------ */

static bool is_quiet(const struct trace_record *r) {
    static const enum gms_type quiet[] = {GMS_HEARTBEAT, GMS_ACK, GMS_COMMIT}; /* as in the scope */
    if (r->ev != TRACE_SEND && r->ev != TRACE_RECV && r->ev != TRACE_LOSE && r->ev != TRACE_DROP)
        return false;
    for (size_t i = 0; i < sizeof quiet / sizeof quiet[0]; i++) {
        if (r->type && strcmp(r->type, gms_type_name(quiet[i])) == 0)
            return true;
    }
    return false;
}

/* What all formats leave out: that the launcher ended. */
static bool is_idle(const struct trace_record *r) {
    return r->ev == TRACE_EXIT && r->id == GMS_NOBODY;
}

/* Called right after what failed. */
static bool cant_go_on(const struct export *x, char *error, size_t error_size) {
    const char *out = strcmp(x->wish->out, "-") == 0 ? "the standard output" : x->wish->out;
    const int reason = errno;
    if (x->failed)
        return fail(error, error_size, "out of memory");
    snprintf(error, error_size, "can't write %s: %s", out, strerror(reason));
    return false;
}

static bool write_records(struct export *x, struct trace_merge *merge, void *self,
                          const volatile sig_atomic_t *stop, char *error, size_t error_size) {
    const struct export_wish *wish = x->wish;
    const struct trace_line *line;
    enum trace_merge_next next;
    uint64_t written = 0;
    trace_merge_by_clock(merge);
    while ((next = trace_merge_next(merge, &line, error, error_size)) == TRACE_MERGE_RECORD) {
        const gms_time now = export_ns(x, &line->record);
        if (now > x->end - x->begin || export_who_of(&x->who, export_subject(&line->record)) == EXPORT_NOBODY)
            continue; /* the run goes on, and this was not there when it was read first */
        const bool inside = now >= wish->from && now < wish->to, all = wish->format->takes_all;
        if (!all && is_idle(&line->record))
            continue;
        if (!all && !wish->all && is_quiet(&line->record)) {
            x->left_out += inside;
            continue;
        }
        written += inside;
        wish->format->record(self, line, inside);
        if (x->failed || ferror(x->out))
            return cant_go_on(x, error, error_size);
        if (*stop)
            return fail(error, error_size, "interrupted");
    }
    if (next == TRACE_MERGE_ERROR)
        return false;
    wish->format->end(self);
    if (x->failed || ferror(x->out))
        return cant_go_on(x, error, error_size);
    return written > 0 || fail(error, error_size, "nothing happened between --from and --until");
}

static bool write_all(struct export *x, struct trace_merge *merge, const volatile sig_atomic_t *stop,
                      char *error, size_t error_size) {
    struct out_file out;
    if (!out_file_open(&out, x->wish->out, error, error_size))
        return false;
    x->out = out.file;
    void *self = x->wish->format->open(x);
    const bool ok = self ? write_records(x, merge, self, stop, error, error_size)
                         : fail(error, error_size, "out of memory");
    if (self)
        x->wish->format->close(self);
    if (ok)
        return out_file_commit(&out, error, error_size);
    out_file_discard(&out);
    return false;
}

/* -- Both ------------------------------------------------------------------------------------------------ */

/* Onto one of the traces it must not be written. */
static bool is_apart(const struct trace_merge *merge, const char *out, char *error, size_t error_size) {
    struct stat theirs, ours;
    uint32_t count;
    const char *const *paths = trace_merge_files(merge, &count);
    if (strcmp(out, "-") == 0 || stat(out, &ours) != 0)
        return true;
    for (uint32_t i = 0; i < count; i++) {
        if (stat(paths[i], &theirs) == 0 && theirs.st_dev == ours.st_dev && theirs.st_ino == ours.st_ino) {
            snprintf(error, error_size, "%s is one of the traces: choose another file for -o", out);
            return false;
        }
    }
    return true;
}

static void tell(struct export *x, char *told, size_t told_size) {
    struct text t = {.at = NULL};
    text_add(&t, "%s: %s", strcmp(x->wish->out, "-") == 0 ? "standard output" : x->wish->out,
             x->notice.at ? x->notice.at : "");
    if (x->left_out > 0) {
        export_count(&t, x->left_out, "heartbeat or acknowledgement is",
                     "heartbeats and acknowledgements are");
        text_add(&t, " not in it: --all takes them in\n");
    }
    if (x->cut > 0) {
        export_count(&t, x->cut, "last line was", "last lines were");
        text_add(&t, " cut short and skipped\n");
    }
    snprintf(told, told_size, "%s", t.at ? t.at : "");
    text_free(&t);
}

/* The same files as the first time, whatever has come into a folder since. */
static struct trace_merge *open_again(struct export *x, char *error, size_t error_size) {
    return trace_merge_open((const char *const *)x->files, (int)x->file_count, error, error_size);
}

static bool keep_files(struct export *x, const struct trace_merge *merge) {
    uint32_t count;
    const char *const *paths = trace_merge_files(merge, &count);
    x->files = calloc(count, sizeof *x->files);
    while (x->files && x->file_count < count && (x->files[x->file_count] = strdup(paths[x->file_count])))
        x->file_count++;
    return x->file_count == count;
}

static bool run(struct export *x, const volatile sig_atomic_t *stop, char *error, size_t error_size) {
    const struct export_wish *wish = x->wish;
    struct trace_merge *merge = trace_merge_open(wish->paths, wish->path_count, error, error_size);
    bool ok = merge && is_apart(merge, wish->out, error, error_size);
    if (ok) {
        snprintf(x->run, sizeof x->run, "%s", trace_merge_run(merge));
        x->rung = gms_rung_name(trace_merge_rung(merge));
        x->live = trace_merge_live(merge);
        ok = keep_files(x, merge) ? read_first(x, merge, stop, error, error_size)
                                  : fail(error, error_size, "out of memory");
    }
    trace_merge_close(&merge);
    merge = ok ? open_again(x, error, error_size) : NULL;
    ok = merge && write_all(x, merge, stop, error, error_size);
    trace_merge_close(&merge);
    return ok;
}

bool export_run(const struct export_wish *wish, const volatile sig_atomic_t *stop, char *told,
                size_t told_size, char *error, size_t error_size) {
    struct export *x = calloc(1, sizeof *x);
    told[0] = '\0';
    if (!x)
        return fail(error, error_size, "out of memory");
    x->wish = wish;
    const bool ok = run(x, stop, error, error_size);
    if (ok)
        tell(x, told, told_size);
    for (uint32_t i = 0; i < x->file_count; i++)
        free(x->files[i]);
    free(x->files);
    text_free(&x->notice);
    free(x->base);
    free(x);
    return ok;
}
