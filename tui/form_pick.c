/*
 * Which picker a field opens, and what it gives back.
 */
#include "form_pick.h"

#include "../core/base/xmalloc.h"
#include "panel_person.h"
#include "panels.h"

/* Whose register: a word of the appearance that names a kind. */
static const char *kind_to_pick(const struct field *fd, const struct pack *pk)
{
	if (fd->appearance[0] && pack_kind(pk, fd->appearance))
		return fd->appearance;
	return fd->type == FT_PLACE ? "household" : "person";
}

/* The register a record field picks from: people are told apart there. */
static const char *register_to_pick(const struct field *fd,
    const struct pack *pk)
{
	const struct kind *k = fd->type == FT_RECORD ?
	    pack_kind(pk, fd->kinds) : NULL;

	return k != NULL && k->register_ ? k->name : NULL;
}

void form_pick_open(struct app *app, struct form_field *ff)
{
	char typed[64];

	xcopy(typed, sizeof(typed), ff->wanted);
	ff->wants_pick = false;
	if (ff->def->type == FT_ORG)
		panel_org_open(app, "", typed);
	else if (register_to_pick(ff->def, ff->n->pack) != NULL)
		panel_person_open(app, ff->def->kinds, typed);
	else if (ff->def->type == FT_RECORD)
		panel_pick_open(app, ff->def->kinds, typed);
	else
		panel_person_open(app, kind_to_pick(ff->def, ff->n->pack),
		    typed);
}

void form_pick_answer(const struct panel *child, const struct field *fd,
    char out[ENTRY_REF_TEXT])
{
	if (fd->type == FT_ORG)
		xcopy(out, ENTRY_REF_TEXT, panel_org_picked(child));
	else
		ref_text(ref_of_rec(strcmp(child->ops->name,
		    PANEL_PERSON_NAME) != 0 ? panel_pick_picked(child) :
		    panel_person_picked(child)), out);
}
