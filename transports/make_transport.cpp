#include "transports/make_transport.h"
