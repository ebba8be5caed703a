// SPDX-License-Identifier: Apache-2.0
#include "erbium/sbml/packages.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <string>
#include <string_view>

#include "erbium/base/text.hpp"
#include "erbium/sbml/guard.hpp"

namespace erbium::sbml {
namespace {

/// Packages whose meaning is kept: submodels are flattened, mathematics is that of Level 3
/// Version 2.
constexpr std::array<std::string_view, 2> kKnown{"comp", "l3v2extendedmath"};

/// A plain file name: nothing that leads to another folder or to the network.
bool is_plain_name(std::string_view name) noexcept {
    return !name.empty() && name.find_first_of("/\\:") == std::string_view::npos && name != "." &&
           name != "..";
}

/// Gives libSBML the documents of external model definitions: from the folder of the model, with
/// the same guard, and from nowhere else.
class FolderResolver final : public ::SBMLResolver {
public:
    FolderResolver(const lang::TextReader& read_text, Diagnostics& diagnostics)
        : read_text_{read_text}, diagnostics_{diagnostics} {}

    FolderResolver* clone() const override { return new FolderResolver{*this}; }

    ::SBMLDocument* resolve(const std::string& uri, const std::string& /*base*/) const override {
        const std::shared_ptr<const SourceText> text =
            is_plain_name(uri) && read_text_ ? read_text_(uri) : nullptr;
        if (!text) {
            diagnostics_.unsupported(
                "ERB-SBML-0014", {},
                fmt::format("the external model definition '{}', which is not a file beside the "
                            "model",
                            uri));
            return nullptr;
        }
        Diagnostics hostile = refuse_hostile(text);
        if (hostile.has_errors()) {
            diagnostics_.append(std::move(hostile));
            return nullptr;
        }
        return ::readSBMLFromString(text->text.c_str());
    }

    ::SBMLUri* resolveUri(const std::string& uri, const std::string& /*base*/) const override {
        return is_plain_name(uri) ? new ::SBMLUri{uri} : nullptr;
    }

private:
    const lang::TextReader& read_text_;
    Diagnostics& diagnostics_;
};

/// libSBML keeps its resolvers in one global registry.
std::mutex& registry_mutex() {
    static std::mutex mutex;
    return mutex;
}

bool has_flux_balance(const ::Model& model) {
    const auto* fbc = dynamic_cast<const ::FbcModelPlugin*>(model.getPlugin("fbc"));
    return fbc != nullptr && (fbc->getNumObjectives() > 0 || fbc->getNumFluxBounds() > 0);
}

}  // namespace

void refuse_packages(const std::shared_ptr<const SourceText>& source, ::SBMLDocument& document,
                     Diagnostics& diagnostics) {
    const Span span{source, 0, 0};
    const auto refuse = [&](const std::string& package) {
        diagnostics.unsupported("ERB-SBML-0012", span,
                                fmt::format("the SBML package '{}'", package),
                                "the document says that the model cannot be understood without it");
    };
    // A document of Level 2 has plugins too, for layouts kept in annotations.
    for (unsigned i = 0; document.getLevel() >= 3 && i < document.getNumPlugins(); ++i) {
        const std::string package = document.getPlugin(i)->getPackageName();
        if (document.getPackageRequired(package) &&
            std::find(kKnown.begin(), kKnown.end(), package) == kKnown.end()) {
            refuse(package);
        }
    }
    for (int i = 0; i < document.getNumUnknownPackages(); ++i) {
        const std::string prefix = document.getUnknownPackagePrefix(i);
        if (document.getPackageRequired(document.getUnknownPackageURI(i))) {
            refuse(prefix);
        }
    }
    if (document.getModel() != nullptr && has_flux_balance(*document.getModel())) {
        diagnostics.unsupported("ERB-SBML-0013", span, "flux balance (SBML package 'fbc')",
                                "Erbium simulates kinetics; it does not optimise fluxes");
    }
}

void flatten(const std::shared_ptr<const SourceText>& source, const lang::TextReader& read_text,
             ::SBMLDocument& document, Diagnostics& diagnostics) {
    const auto* comp =
        document.getModel() == nullptr
            ? nullptr
            : dynamic_cast<const ::CompModelPlugin*>(document.getModel()->getPlugin("comp"));
    if (comp == nullptr) {
        return;
    }
    ::ConversionProperties properties;
    properties.addOption("flatten comp", true);
    properties.addOption("performValidation", false);
    properties.addOption("leavePorts", false);
    const std::lock_guard lock{registry_mutex()};
    ::SBMLResolverRegistry& registry = ::SBMLResolverRegistry::getInstance();
    while (registry.getNumResolvers() > 0) {
        registry.removeResolver(0);
    }
    const FolderResolver resolver{read_text, diagnostics};
    registry.addResolver(&resolver);
    const int result = document.convert(properties);
    registry.removeResolver(0);
    if (result == ::LIBSBML_OPERATION_SUCCESS || diagnostics.has_errors()) {
        return;
    }
    std::string why;
    for (unsigned i = 0; i < document.getNumErrors() && why.empty(); ++i) {
        const ::SBMLError& error = *document.getError(i);
        if (error.isError() || error.isFatal()) {
            why = error.getMessage();
        }
    }
    std::replace(why.begin(), why.end(), '\n', ' ');
    diagnostics.unsupported("ERB-SBML-0015", {source, 0, 0},
                            "submodels that libSBML cannot flatten", std::string{trimmed(why)});
}

}  // namespace erbium::sbml
