#include "agent/inputs/intake.h"
