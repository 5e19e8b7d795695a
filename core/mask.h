/*
 * Masks: surname + *, phone 3+4, ID 1+1; and the ones hidden in free text.
 */
#ifndef MQ_MASK_H
#define MQ_MASK_H

#include "base/buf.h"

void mask_name(const char *name, struct buf *out);	/* 欧阳** , 张* */
void mask_phone(const char *phone, struct buf *out);	/* 138****8000 */
void mask_id(const char *id, struct buf *out);		/* 1****…X */
/* Finds phone and citizen numbers inside running text and masks them. */
void mask_text(const char *text, size_t len, struct buf *out);

#endif
