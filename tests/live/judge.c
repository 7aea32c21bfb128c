/* Judges the trace files of a live run for the tests, independently of the launcher's verdict:
 *
 *     judge [--members-at-end N] FILE...
 *
 * Every line must be readable (a last one cut short by a crash is normal). Prints the checker's verdict and
 * exits 0 if it holds, 1 if not, 3 if a file can't be read.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/report.h"

static int read_file(const char *path, struct check *check, struct report_names *names) {
    FILE *file = fopen(path, "r");
    char *text = NULL, error[256];
    size_t capacity = 0;
    ssize_t size;
    int number = 0, cut = 0;
    bool ended = false;
    gms_id id = GMS_NOBODY;
    if (!file) {
        perror(path);
        return 3;
    }
    while ((size = getline(&text, &capacity, file)) > 0) {
        struct trace_line line;
        number++;
        if (text[size - 1] != '\n') {
            cut++;
            break;
        }
        if (!trace_line_parse(&line, text, (size_t)size, error, sizeof error)) {
            fprintf(stderr, "%s:%d: %s\n", path, number, error);
            free(text);
            fclose(file);
            return 3;
        }
        if (line.header != (number == 1)) {
            fprintf(stderr, "%s:%d: the header is the first line, and only that\n", path, number);
            return 3;
        }
        ended = !line.header && line.record.ev == TRACE_EXIT;
        if (line.header && trace_parse_id(json_string_value(json_object_get(line.root, "id")), &id))
            report_name(names, id, line.who);
        if (!line.header)
            check_feed(check, &line.record);
        trace_line_free(&line);
    }
    const struct trace_record crash = {.ev = TRACE_CRASH, .peer = id};
    if (!ended && id != GMS_NOBODY) /* a trace without `exit` is that of a process that crashed */
        check_feed(check, &crash);
    if (cut > 0)
        printf("%s: the last line is cut short\n", path);
    free(text);
    fclose(file);
    return 0;
}

int main(int argc, char **argv) {
    struct check *check = malloc(sizeof *check);
    struct report_names *names = calloc(1, sizeof *names);
    int status = 0;
    if (!check || !names)
        return 3;
    check_init(check);
    for (int i = 1; i < argc && status == 0; i++)
        status = read_file(argv[i], check, names);
    if (status == 0) {
        check_end(check);
        report_verdict(check, names);
        status = check_overall(check) == CHECK_HOLDS ? 0 : 1;
    }
    free(check);
    free(names);
    return status;
}
