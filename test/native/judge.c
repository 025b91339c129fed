// Asks the judge: lines of "flags pattern" up to an empty one are its denies, the rest are questions.
//   d PATH          the denied rights, as a number
//   m FROM TO       whether moving a directory changes what is denied
//   l PATH          whether a link there would stand for a denied path
#include "../../native/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 64 };

int main(void) {
  static struct deny denies[MOST];
  struct program program = {.denies = denies};
  struct broker broker = {.program = &program, .temporary = -1};
  char line[8192];
  while (fgets(line, sizeof line, stdin) != NULL && line[0] != '\n') {
    line[strcspn(line, "\n")] = 0;
    char *pattern;
    denies[program.deny_count].flags = (uint32_t)strtoul(line, &pattern, 10);
    denies[program.deny_count++].pattern = strdup(pattern + 1);
  }
  prepare_judge(&broker);
  while (fgets(line, sizeof line, stdin) != NULL) {
    line[strcspn(line, "\n")] = 0;
    char *first = line + 2, *second = strchr(first, '\t');
    if (second != NULL) *second++ = 0;
    if (line[0] == 'd') printf("%u\n", denied_at(first, MEANS_OBJECT));
    else if (line[0] == 'l') printf("%d\n", leads_to_denied(first));
    else printf("%d\n", moving_changes_denies(first, second));
  }
  for (size_t i = 0; i < program.deny_count; i++) free((char *)denies[i].pattern);
  return 0;
}
