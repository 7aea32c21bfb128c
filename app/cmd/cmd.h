/* The commands: each takes what follows its name, as a main() would, and returns a status of the contract. */
#ifndef APP_CMD_CMD_H
#define APP_CMD_CMD_H

#include "app/options.h"

int cmd_demo(int argc, char **argv);
int cmd_worker(int argc, char **argv);
int cmd_recorder(int argc, char **argv);
int cmd_scope(int argc, char **argv);
int cmd_ctl(int argc, char **argv);
int cmd_sim(int argc, char **argv);
int cmd_explore(int argc, char **argv);
int cmd_matrix(int argc, char **argv);
int cmd_scenarios(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_figure(int argc, char **argv);
int cmd_figures(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_bench(int argc, char **argv);

/* Set by main() from its own argv[0]. */
extern const char *program_name;

#endif
