using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;

namespace CriSharp.Ctl.Output;

/// <summary>A CRI message as JSON in the spelling of the CRI's own field names, as other CRI clients print it.</summary>
internal static class JsonText
{
    private static readonly JsonFormatter Formatter = new(JsonFormatter.Settings.Default.WithFormatDefaultValues(true).WithIndentation("  "));

    [SuppressMessage("ApiDesign", "RS0030", Justification = "Answers hold no secrets; only requests do, and they are never printed.")]
    public static string Of(IMessage answer) => Formatter.Format(answer);
}
