// mpi/predefined-types: layer 9. The predefined datatypes by name, with the sizes that they have on x86-64 Linux.

import { COMBINER_NAMED } from "../base/type-constants.ts";
import { type Basic, basics } from "../data/type-basic.ts";
import { TypeTree } from "../data/type-tree.ts";
import { Datatype } from "./datatype.ts";

/** The type that is none: using it is ERR_TYPE. @see MPI-4.1 §5.1.9 */
export const DATATYPE_NULL: Datatype = new Datatype(undefined, "MPI_DATATYPE_NULL", true);

function named(name: string, basic: Basic): Datatype {
  const map = new TypeTree({ kind: "basic", basic });
  return new Datatype({ map, combiner: COMBINER_NAMED, params: {}, of: [] }, `MPI_${name}`, true);
}

// Bytes and addresses
export const BYTE: Datatype = named("BYTE", basics.byte);
export const PACKED: Datatype = named("PACKED", basics.byte);
export const AINT: Datatype = named("AINT", basics.int64);
export const OFFSET: Datatype = named("OFFSET", basics.int64);
export const COUNT: Datatype = named("COUNT", basics.int64);

// C
export const CHAR: Datatype = named("CHAR", basics.character);
export const WCHAR: Datatype = named("WCHAR", basics.wideCharacter);
export const SIGNED_CHAR: Datatype = named("SIGNED_CHAR", basics.int8);
export const SHORT: Datatype = named("SHORT", basics.int16);
export const INT: Datatype = named("INT", basics.int32);
export const LONG: Datatype = named("LONG", basics.long);
export const LONG_LONG: Datatype = named("LONG_LONG_INT", basics.int64);
export const UNSIGNED_CHAR: Datatype = named("UNSIGNED_CHAR", basics.uint8);
export const UNSIGNED_SHORT: Datatype = named("UNSIGNED_SHORT", basics.uint16);
export const UNSIGNED: Datatype = named("UNSIGNED", basics.uint32);
export const UNSIGNED_LONG: Datatype = named("UNSIGNED_LONG", basics.unsignedLong);
export const UNSIGNED_LONG_LONG: Datatype = named("UNSIGNED_LONG_LONG", basics.uint64);
export const FLOAT: Datatype = named("FLOAT", basics.float);
export const DOUBLE: Datatype = named("DOUBLE", basics.double);
export const LONG_DOUBLE: Datatype = named("LONG_DOUBLE", basics.longDouble);
export const C_BOOL: Datatype = named("C_BOOL", basics.bool);
export const INT8_T: Datatype = named("INT8_T", basics.int8);
export const INT16_T: Datatype = named("INT16_T", basics.int16);
export const INT32_T: Datatype = named("INT32_T", basics.int32);
export const INT64_T: Datatype = named("INT64_T", basics.int64);
export const UINT8_T: Datatype = named("UINT8_T", basics.uint8);
export const UINT16_T: Datatype = named("UINT16_T", basics.uint16);
export const UINT32_T: Datatype = named("UINT32_T", basics.uint32);
export const UINT64_T: Datatype = named("UINT64_T", basics.uint64);
export const FLOAT16_T: Datatype = named("FLOAT16_T", basics.half);
export const FLOAT32_T: Datatype = named("FLOAT32_T", basics.float);
export const FLOAT64_T: Datatype = named("FLOAT64_T", basics.double);
export const BFLOAT16_T: Datatype = named("BFLOAT16_T", basics.bfloat);
export const C_COMPLEX: Datatype = named("C_COMPLEX", basics.floatComplex);
export const C_FLOAT_COMPLEX: Datatype = named("C_FLOAT_COMPLEX", basics.floatComplex);
export const C_DOUBLE_COMPLEX: Datatype = named("C_DOUBLE_COMPLEX", basics.doubleComplex);
export const C_LONG_DOUBLE_COMPLEX: Datatype = named("C_LONG_DOUBLE_COMPLEX", basics.longDoubleComplex);

// C++
export const CXX_BOOL: Datatype = named("CXX_BOOL", basics.bool);
export const CXX_FLOAT_COMPLEX: Datatype = named("CXX_FLOAT_COMPLEX", basics.floatComplex);
export const CXX_DOUBLE_COMPLEX: Datatype = named("CXX_DOUBLE_COMPLEX", basics.doubleComplex);
export const CXX_LONG_DOUBLE_COMPLEX: Datatype = named("CXX_LONG_DOUBLE_COMPLEX", basics.longDoubleComplex);

// Value and location, for MAXLOC and MINLOC
export const SHORT_INT: Datatype = named("SHORT_INT", basics.shortInt);
export const TWOINT: Datatype = named("2INT", basics.intInt);
export const LONG_INT: Datatype = named("LONG_INT", basics.longInt);
export const FLOAT_INT: Datatype = named("FLOAT_INT", basics.floatInt);
export const DOUBLE_INT: Datatype = named("DOUBLE_INT", basics.doubleInt);
export const LONG_DOUBLE_INT: Datatype = named("LONG_DOUBLE_INT", basics.longDoubleInt);
export const TWOINTEGER: Datatype = named("2INTEGER", basics.intInt);
export const TWOREAL: Datatype = named("2REAL", basics.twoReals);
export const TWODOUBLE_PRECISION: Datatype = named("2DOUBLE_PRECISION", basics.twoDoubles);

// Fortran
export const CHARACTER: Datatype = named("CHARACTER", basics.character);
export const LOGICAL: Datatype = named("LOGICAL", basics.logical32);
export const INTEGER: Datatype = named("INTEGER", basics.int32);
export const REAL: Datatype = named("REAL", basics.float);
export const DOUBLE_PRECISION: Datatype = named("DOUBLE_PRECISION", basics.double);
export const COMPLEX: Datatype = named("COMPLEX", basics.floatComplex);
export const DOUBLE_COMPLEX: Datatype = named("DOUBLE_COMPLEX", basics.doubleComplex);
export const LOGICAL1: Datatype = named("LOGICAL1", basics.logical8);
export const LOGICAL2: Datatype = named("LOGICAL2", basics.logical16);
export const LOGICAL4: Datatype = named("LOGICAL4", basics.logical32);
export const LOGICAL8: Datatype = named("LOGICAL8", basics.logical64);
export const LOGICAL16: Datatype = named("LOGICAL16", basics.logical128);
export const INTEGER1: Datatype = named("INTEGER1", basics.int8);
export const INTEGER2: Datatype = named("INTEGER2", basics.int16);
export const INTEGER4: Datatype = named("INTEGER4", basics.int32);
export const INTEGER8: Datatype = named("INTEGER8", basics.int64);
export const INTEGER16: Datatype = named("INTEGER16", basics.int128);
export const REAL2: Datatype = named("REAL2", basics.half);
export const REAL4: Datatype = named("REAL4", basics.float);
export const REAL8: Datatype = named("REAL8", basics.double);
export const REAL16: Datatype = named("REAL16", basics.longDouble);
export const COMPLEX4: Datatype = named("COMPLEX4", basics.halfComplex);
export const COMPLEX8: Datatype = named("COMPLEX8", basics.floatComplex);
export const COMPLEX16: Datatype = named("COMPLEX16", basics.doubleComplex);
export const COMPLEX32: Datatype = named("COMPLEX32", basics.longDoubleComplex);

// Other names
export const INT_INT: Datatype = TWOINT;
export const UNSIGNED_INT: Datatype = UNSIGNED;
export const SIGNED_SHORT: Datatype = SHORT;
export const SIGNED_INT: Datatype = INT;
export const SIGNED_LONG: Datatype = LONG;
export const SIGNED_LONG_LONG: Datatype = LONG_LONG;
export const BOOL: Datatype = C_BOOL;
export const SINT8_T: Datatype = INT8_T;
export const SINT16_T: Datatype = INT16_T;
export const SINT32_T: Datatype = INT32_T;
export const SINT64_T: Datatype = INT64_T;
export const F_BOOL: Datatype = LOGICAL;
export const F_INT: Datatype = INTEGER;
export const F_FLOAT: Datatype = REAL;
export const F_DOUBLE: Datatype = DOUBLE_PRECISION;
export const F_COMPLEX: Datatype = COMPLEX;
export const F_FLOAT_COMPLEX: Datatype = COMPLEX;
export const F_DOUBLE_COMPLEX: Datatype = DOUBLE_COMPLEX;
