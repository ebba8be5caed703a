// SPDX-License-Identifier: Apache-2.0
// erbium/sbml/libsbml.hpp: libSBML's headers, with its classes in the global namespace however it
// was built. Used by: the files of this module that read or write documents, and by no other.
#pragma once

#include <sbml/SBMLTypes.h>
#include <sbml/conversion/ConversionProperties.h>
#include <sbml/packages/comp/common/CompExtensionTypes.h>
#include <sbml/packages/comp/util/SBMLResolver.h>
#include <sbml/packages/comp/util/SBMLResolverRegistry.h>
#include <sbml/packages/comp/util/SBMLUri.h>
#include <sbml/packages/fbc/common/FbcExtensionTypes.h>

LIBSBML_CPP_NAMESPACE_USE
