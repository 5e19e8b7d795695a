/*
 * The tables of the hub's store, as migrations.
 */
#ifndef MQ_HUB_SCHEMA_H
#define MQ_HUB_SCHEMA_H

#include "../../core/db/db.h"

extern const struct db_migration schema_hub[];
extern const size_t schema_hub_n;

#endif
