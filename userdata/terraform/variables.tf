variable "cluster" {
  type        = string
  description = "The ECS cluster, which has to be there."
  validation {
    condition     = can(regex("^[A-Za-z0-9_-]{1,255}$", var.cluster))
    error_message = "A cluster's name has letters, digits, - and _."
  }
}

variable "config" {
  type        = map(string)
  default     = {}
  description = "More keys of ecs.config."
  validation {
    condition     = alltrue([for key, value in var.config : can(regex("^[A-Z][A-Z0-9_]*=[^' \r\n]*$", "${key}=${value}"))])
    error_message = "Keys in capitals; values without blanks and single quotes."
  }
}

variable "package" {
  type        = string
  default     = ""
  description = "s3://BUCKET/KEY.rpm; empty when the AMI has probe."
  validation {
    condition     = can(regex("^(s3://[^/' ]+/[^' ]+[.](rpm|deb))?$", var.package))
    error_message = "The package is s3://BUCKET/KEY and ends in .rpm or .deb."
  }
}

variable "package_sha256" {
  type        = string
  default     = ""
  description = "Of the package, as SHA256SUMS has it."
  validation {
    condition     = can(regex("^([0-9a-f]{64})?$", var.package_sha256))
    error_message = "64 digits of 0-9a-f."
  }
}

variable "package_key" {
  type        = string
  default     = ""
  description = "Base64 of the public key of who signed it (PEM without its first and last line); empty when the SHA-256 is enough."
  validation {
    condition     = can(regex("^([A-Za-z0-9+/]{40,}=*)?$", var.package_key))
    error_message = "Base64 in one line."
  }
}

variable "package_region" {
  type        = string
  default     = ""
  description = "The bucket's region, when it is another."
  validation {
    condition     = can(regex("^[a-z0-9-]*$", var.package_region))
    error_message = "A region such as eu-west-1."
  }
}

variable "wait" {
  type        = number
  default     = 300
  description = "So many seconds to say on the console when the instance is healthy, or why not."
}

variable "probe_policy_arns" {
  type        = list(string)
  default     = []
  description = "The InstancePolicy of packaging/cloudwatch/probe.yaml; none when probe reports nowhere."
}

variable "image" {
  type        = string
  default     = ""
  description = "An AMI; empty for the recommended ECS-optimised one of Amazon Linux 2023."
}

variable "instance_type" {
  type    = string
  default = "t3.medium"
}

variable "subnets" {
  type = list(string)
}

variable "security_groups" {
  type = list(string)
}

variable "size" {
  type    = number
  default = 1
}
