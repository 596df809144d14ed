namespace CriSharp.Cni;

/// <summary>CNI_COMMAND. https://www.cni.dev/docs/spec/#cni-operations</summary>
internal enum PluginVerb
{
    Add,
    Check,
    Del,
    Gc,
    Status,
}
