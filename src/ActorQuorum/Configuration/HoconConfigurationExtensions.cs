using ActorQuorum.Configuration.Hocon;
using Microsoft.Extensions.Configuration;

namespace ActorQuorum.Configuration;

/// <summary>HOCON files as a source of Microsoft.Extensions.Configuration.</summary>
public static class HoconConfigurationExtensions
{
    /// <summary>
    /// Adds a HOCON file. The keys of objects in one another are joined with <c>:</c>, array elements are numbered from 0. Includes and
    /// substitutions are resolved within the file and those it includes.
    /// </summary>
    /// <param name="builder">Where to add it; later sources override earlier ones.</param>
    /// <param name="path">The file, relative to the current directory.</param>
    /// <returns>The builder.</returns>
    /// <exception cref="ConfigurationException">On <see cref="IConfigurationBuilder.Build"/>: the file is missing or wrong.</exception>
    public static IConfigurationBuilder AddHoconFile(this IConfigurationBuilder builder, string path)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(path);
        return builder.Add(new HoconConfigurationSource(path));
    }
}
