#include "proto/decoder.h"
