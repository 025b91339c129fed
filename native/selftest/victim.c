// Somebody outside with something to lose: sockets that listen, an environment, memory.
#include "victim.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/un.h>
#include <unistd.h>

int listen_at(int family, const void *address, socklen_t length) {
  int fd = socket(family, SOCK_STREAM, 0);
  if (fd < 0 || bind(fd, address, length) != 0 || listen(fd, 4) != 0) exit(EXIT_FAILURE);
  return fd;
}

int be_victim(void) {
  struct sockaddr_un named = {.sun_family = AF_UNIX, .sun_path = "socket"};
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  char byte;
  listen_at(AF_UNIX, &named, sizeof named);
  listen_elsewhere();
  getsockname(listen_at(AF_INET, &address, sizeof address), (struct sockaddr *)&address, &length);
  int fd = open("ready.new", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  dprintf(fd, "%d %d", getpid(), ntohs(address.sin_port));
  close(fd);
  if (rename("ready.new", "ready") != 0) return EXIT_FAILURE;
  while (read(0, &byte, 1) > 0) continue;
  return 0;
}
