#include "agent/spool/block_builder.h"
