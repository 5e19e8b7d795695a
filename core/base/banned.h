/*
 * Functions that do not compile here.  Included first by every .c file
 * through the compiler's -include.
 */
#ifndef MQ_BANNED_H
#define MQ_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BANNED(f) f##_is_banned_in_this_house

#undef strcpy
#undef strcat
#undef strncpy
#undef strncat
#undef sprintf
#undef vsprintf
#undef strtok
#undef gmtime
#undef localtime
#undef atoi
#undef atol
#undef atof
#undef system
#undef popen
#undef gets
#define strcpy BANNED(strcpy)
#define strcat BANNED(strcat)
#define strncpy BANNED(strncpy)
#define strncat BANNED(strncat)
#define sprintf BANNED(sprintf)
#define vsprintf BANNED(vsprintf)
#define strtok BANNED(strtok)
#define gmtime BANNED(gmtime)
#define localtime BANNED(localtime)
#define atoi BANNED(atoi)
#define atol BANNED(atol)
#define atof BANNED(atof)
#define system BANNED(system)
#define popen BANNED(popen)
#define gets BANNED(gets)

#endif
