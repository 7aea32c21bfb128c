/* See export_case.h. */
#include "tests/lib/export_case.h"

#include "app/cmd/cmd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[64];
char export_case_said[4096];

/* -- A folder, traces, and the command ------------------------------------------------------------------- */

const char *export_case_path_of(const char *name) {
    static char path[4][256];
    static int next;
    next = (next + 1) % 4;
    snprintf(path[next], sizeof path[next], "%s/%s", dir, name);
    return path[next];
}

int export_case_begin(void **state) {
    (void)state;
    strcpy(dir, "/tmp/groupy-test-XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

int export_case_end(void **state) {
    char command[128];
    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", dir);
    return system(command);
}

/* The caller frees it. */
char *export_case_read_file(const char *path) {
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    const size_t size = (size_t)ftell(file);
    rewind(file);
    char *text = malloc(size + 1);
    assert_non_null(text);
    assert_int_equal(fread(text, 1, size, file), size);
    text[size] = '\0';
    fclose(file);
    return text;
}

void export_case_write_file(const char *name, const char *text) {
    FILE *file = fopen(export_case_path_of(name), "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    fclose(file);
}

void export_case_simulate(const char *scenario, const char *trace) {
    char command[512];
    snprintf(command, sizeof command, "\"$GROUPY\" sim --scenario %s --seed 1 --trace %s --json >/dev/null",
             scenario, export_case_path_of(trace));
    if (!getenv("GROUPY"))
        fail_msg("GROUPY must say where the program is: run this by ctest");
    assert_int_equal(system(command), 0);
}

/* The command with words up to NULL; what it says goes to `said`. */
int export_case(const char *word, ...) {
    char *argv[16] = {"export"};
    int argc = 1;
    va_list args;
    va_start(args, word);
    for (const char *w = word; w; w = va_arg(args, const char *))
        argv[argc++] = (char *)w;
    va_end(args);
    const int before = dup(STDERR_FILENO);
    assert_non_null(freopen(export_case_path_of("said"), "wb", stderr));
    const int status = cmd_export(argc, argv);
    fflush(stderr);
    dup2(before, STDERR_FILENO);
    close(before);
    char *text = export_case_read_file(export_case_path_of("said"));
    snprintf(export_case_said, sizeof export_case_said, "%s", text);
    free(text);
    return status;
}

/* What the trace is as that; the caller frees it. */
char *export_case_out(const char *trace, const char *format) {
    char out[256];
    snprintf(out, sizeof out, "%s", export_case_path_of("out"));
    if (export_case(export_case_path_of(trace), "--to", format, "-o", out, NULL) != STATUS_FINE)
        fail_msg("%s", export_case_said);
    return export_case_read_file(out);
}
