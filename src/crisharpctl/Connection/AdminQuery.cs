namespace CriSharp.Ctl.Connection;

/// <summary>Paths of the admin socket with what they are asked for.</summary>
internal static class AdminQuery
{
    public static string Of(string path, params IEnumerable<(string Name, string Value)> parameters)
    {
        var query = string.Join('&', parameters.Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value)}"));
        return query.Length == 0 ? path : $"{path}?{query}";
    }
}
