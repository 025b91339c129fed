// Landlock layers: built before anything is given up, entered one after the other.
#ifndef NONO_LANDLOCK_H
#define NONO_LANDLOCK_H

#include "program.h"

struct layers {
  int rulesets[LAYER_COUNT];
};

// Opens every rule's path once and adds it to the layers it names; ends the process on the first failure.
struct layers build_layers(const struct program *program);

// Restricts the calling thread; closes the ruleset.
void enter_layer(struct layers *layers, int which);

#endif
