// looks FILE: "holds" where every look of that remembered plan sees what it saw, else "differs".
#include "../../native/memory-looks.h"

#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
  static uint8_t bytes[1 << 20];
  FILE *file = argc == 2 ? fopen(argv[1], "re") : NULL;
  if (file == NULL) return 2;
  size_t length = fread(bytes, 1, sizeof bytes, file);
  fclose(file);
  struct plan_file plan;
  const char *fault = decode_plan_file(bytes, length, PLAN_IS_REMEMBERED, &plan);
  puts(fault != NULL ? fault : looks_hold(&plan) ? "holds" : "differs");
  return 0;
}
