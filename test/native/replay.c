// Gives the fuzz target each file once, where there is no fuzzer: what it once found stays found.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL || fseek(file, 0, SEEK_END) != 0) return -1;
  size_t size = (size_t)ftell(file);
  rewind(file);
  uint8_t *data = malloc(size + 1);
  int failed = data == NULL || fread(data, 1, size, file) != size;
  if (!failed) LLVMFuzzerTestOneInput(data, size);
  free(data);
  fclose(file);
  return failed;
}

int main(int argc, char **argv) {
  for (int i = 1; i < argc; i++)
    if (replay(argv[i]) != 0) {
      fprintf(stderr, "%s cannot be read\n", argv[i]);
      return 1;
    }
  printf("{\"replayed\":%d}\n", argc - 1);
  return 0;
}
