using System.Text.Json;

namespace CriSharp.Cni;

/// <summary>A network: an ordered list of plugins. https://www.cni.dev/docs/spec/#section-1-network-configuration-format</summary>
/// <param name="FilePath">Where it was read.</param>
/// <param name="CniVersion">The protocol spoken with its plugins.</param>
/// <param name="Json">The list as it came.</param>
public sealed record NetworkConfiguration(string FilePath, string Name, CniVersion CniVersion, bool DisableCheck, bool DisableGc, IReadOnlyList<PluginConfiguration> Plugins, JsonElement Json);

/// <param name="Type">The name of the plugin's executable: a file name, never a path (CVE-2021-20206).</param>
/// <param name="Capabilities">Which facts of a sandbox the plugin wants as runtimeConfig.</param>
public sealed record PluginConfiguration(string Type, IReadOnlySet<string> Capabilities, JsonElement Json);
