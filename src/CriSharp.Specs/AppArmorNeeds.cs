using CriSharp.Cri.V1;
using CriSharp.Specs.Sections;

namespace CriSharp.Specs;

/// <summary>Whether the caller has to see to the profile of RuntimeDefault before a specification is built.</summary>
public static class AppArmorNeeds
{
    /// <exception cref="Primitives.RuntimeException">InvalidArgument: an unknown deprecated string.</exception>
    public static bool Default(LinuxContainerSecurityContext? security) =>
        security is null || AppArmorSection.WantsDefault(security.Apparmor, DeprecatedFields.AppArmor(security), security.Privileged);

    public static bool Default(LinuxSandboxSecurityContext? security) =>
        security is null || AppArmorSection.WantsDefault(security.Apparmor, "", security.Privileged);
}
